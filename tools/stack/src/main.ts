import { parseArguments } from './arguments.ts';
import { startStack } from './stack.ts';

/*
 * node --conditions=@tollgate/source tools/stack/src/main.ts [--home .tollgate]
 *   [--only nats,postgres] [--any-port]
 * Starts the stack, prints its URLs and process ids as one line of JSON, and stops on SIGINT,
 * SIGTERM or the end of standard input.
 */

const { NATS_URL, POSTGRES_URL, CLICKHOUSE_URL } = process.env;

// Listening before the start: a signal that comes during it stops the stack once it is there.
let askToStop: (exitCode: number) => void = () => undefined;
const asked = new Promise<number>((resolve) => {
  askToStop = resolve;
});
process.on('SIGINT', () => askToStop(0));
process.on('SIGTERM', () => askToStop(0));
process.stdin.on('end', () => askToStop(0)).resume();

const stack = await startStack({
  ...parseArguments(process.argv.slice(2)),
  external: {
    ...(NATS_URL ? { natsUrl: NATS_URL } : {}),
    ...(POSTGRES_URL ? { postgresUrl: POSTGRES_URL } : {}),
    ...(CLICKHOUSE_URL ? { clickhouseUrl: CLICKHOUSE_URL } : {}),
  },
  log: (line) => process.stderr.write(`${line}\n`),
  onExit: (part, code) => {
    process.stderr.write(`${part} ended unexpectedly (${code ?? 'signal'})\n`);
    askToStop(1);
  },
});

const { natsUrl, postgresUrl, clickhouseUrl, pids } = stack;
process.stdout.write(`${JSON.stringify({ natsUrl, postgresUrl, clickhouseUrl, pids })}\n`);

const exitCode = await asked;
await stack.stop();
process.exit(exitCode);
