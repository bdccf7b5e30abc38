import fs from 'node:fs';
import { Engine } from './engine.ts';
import { ClickHouseServer } from './server.ts';

/*
 * The ClickHouse part as a process: node main.ts <data folder> <port>. The account and the database
 * come by environment, since others can read a command line.
 */

const mebibyte = 1024 * 1024;

const [folder, port] = process.argv.slice(2);
const { CLICKHOUSE_USER, CLICKHOUSE_PASSWORD, CLICKHOUSE_DB } = process.env;
if (!folder || !port || !CLICKHOUSE_USER || !CLICKHOUSE_PASSWORD || !CLICKHOUSE_DB) {
  throw new Error(
    'usage: CLICKHOUSE_USER=… CLICKHOUSE_PASSWORD=… CLICKHOUSE_DB=… main.ts <folder> <port>',
  );
}

fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
const engine = new Engine(folder);
engine.run(`CREATE DATABASE IF NOT EXISTS \`${CLICKHOUSE_DB}\``);
const server = new ClickHouseServer(engine, {
  host: '127.0.0.1',
  port: Number(port),
  account: { user: CLICKHOUSE_USER, password: CLICKHOUSE_PASSWORD },
  limits: {
    maxBodyBytes: 128 * mebibyte,
    maxBufferedBytes: 256 * mebibyte,
    maxRunningQueries: 8,
    maxWaitingQueries: 64,
    maxBufferedResultBytes: 256 * mebibyte,
  },
});
await server.listen();
process.stdout.write(`ready: ClickHouse ${engine.version} on ${port}\n`);

let isStopping = false;
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.on(signal, () => {
    if (isStopping) return;
    isStopping = true;
    server
      .close()
      .then(() => engine.close())
      .finally(() => process.exit(0));
  });
}
