import type { DurableMessage } from '@tollgate/messaging';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectClickHouse } from '@tollgate/clickhouse';
import { ClickHouseRecordStore } from '../src/adapters/record-store.ts';
import { Ingest } from '../src/application/ingest.ts';
import { line } from '../test/records.ts';

/*
 * Processor time of this process for each record, from lines in memory to rows stored, on a database of its own:
 *   npx rolldown -c bench/rolldown.bench.mjs
 *   CLICKHOUSE_URL=http://…/bench node dist/ingest.bench.js [records a batch] [batches]
 */
const url = process.env.CLICKHOUSE_URL ?? '';
const size = Number(process.argv[2] ?? 5_000);
const batches = Number(process.argv[3] ?? 20);

const clickhouse = connectClickHouse({ url, application: 'bench' });
await clickhouse.ensureDatabase();
const store = new ClickHouseRecordStore(clickhouse, 13);
await store.prepare();
const ingest = new Ingest({
  store,
  ackWaitMs: 10_000,
  observer: { stored() {}, repeated() {}, dead() {}, held: console.error },
});
let sequence = (await store.storedLately(1)).highestSequence;
const now = Date.now();
const runId = now.toString(36);
const batchOf = (): DurableMessage[] =>
  Array.from({ length: size / 10 }, () => ({
    sequence: ++sequence,
    redeliveries: 0,
    lines: [],
    bytes: Buffer.from(
      Array.from({ length: 10 }, (_, i) =>
        line({ id: `req_${runId}${sequence}x${i}`, startedAt: now }),
      ).join('\n'),
    ),
  }));

await ingest.handle(batchOf());
let cpuMicros = 0;
let wallMs = 0;
for (let i = 0; i < batches; i++) {
  const batch = batchOf();
  await sleep(20);
  const before = process.cpuUsage();
  const startedAt = performance.now();
  await ingest.handle(batch);
  wallMs += performance.now() - startedAt;
  const { user, system } = process.cpuUsage(before);
  cpuMicros += user + system;
}
const records = size * batches;
console.log(
  `${records} records in batches of ${size}: ${(cpuMicros / records).toFixed(2)} µs of this process a record, ` +
    `${((wallMs * 1_000) / records).toFixed(1)} µs until stored, ${line().length} bytes each`,
);
ingest.stop();
await clickhouse.close();
