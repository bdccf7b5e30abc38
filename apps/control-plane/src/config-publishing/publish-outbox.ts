import type { ConfigWrite, ConfigWriter } from '@tollgate/messaging';
import type { Logger } from '@tollgate/telemetry';
import type { EntityManager } from 'typeorm';
import { compileTouched } from './compile-touched.ts';
import { nextRevision } from './config-changes.ts';
import { everythingTouched } from './everything-touched.ts';

/** One process publishes at a time, so that revisions arrive in order. Held until the transaction ends. */
const PUBLISH_LOCK = 7_010_002;
const BATCH = 100;
const PORTION = 2_000;
const KEPT_ROWS = 1_000;

/** Publishes waiting outbox rows, oldest first. Answers how many there were. */
export async function publishOutbox(
  manager: EntityManager,
  writer: ConfigWriter,
  log: Logger,
): Promise<number> {
  await manager.query(`SELECT pg_advisory_xact_lock(${PUBLISH_LOCK})`);
  const rows: { revision: string; touched: string[] }[] = await manager.query(
    `SELECT revision, touched FROM control_plane.outbox WHERE published_at IS NULL
     ORDER BY revision LIMIT ${BATCH}`,
  );
  const last = rows.at(-1);
  if (!last) return 0;
  const { writes, tooLarge } = await compileTouched(
    manager,
    rows.flatMap((row) => row.touched),
  );
  warnOf(tooLarge, log);
  await publishAll(writer, writes, Number(last.revision));
  await markPublished(manager, Number(last.revision));
  return rows.length;
}

/** Whether the bucket stands where the outbox says it must: a bucket that was lost or put back does not. */
export async function isBucketCurrent(
  manager: EntityManager,
  writer: ConfigWriter,
): Promise<boolean> {
  await manager.query(`SELECT pg_advisory_xact_lock(${PUBLISH_LOCK})`);
  return (await writer.revision()) === (await publishedRevision(manager));
}

/** Compiles everything and writes what the bucket has otherwise. Answers the number of documents that differed. */
export async function reconcile(
  manager: EntityManager,
  writer: ConfigWriter,
  log: Logger,
): Promise<number> {
  await manager.query(`SELECT pg_advisory_xact_lock(${PUBLISH_LOCK})`);
  const revision = await nextRevision(manager, await writer.revision());
  const { writes, tooLarge } = await compileTouched(manager, await everythingTouched(manager));
  warnOf(tooLarge, log);
  const differing = differences(writes, await writer.list(), tooLarge);
  await publishAll(writer, differing, revision);
  await manager.query(`INSERT INTO control_plane.outbox (revision, touched) VALUES ($1, '[]')`, [
    revision,
  ]);
  await markPublished(manager, revision);
  return differing.length;
}

/** The highest revision that was published; 0 before the first. All below it were, too. */
export async function publishedRevision(manager: EntityManager): Promise<number> {
  const rows: { revision: string | null }[] = await manager.query(
    `SELECT max(revision) AS revision FROM control_plane.outbox WHERE published_at IS NOT NULL`,
  );
  return Number(rows[0]?.revision ?? 0);
}

/** In portions: the announcement names every key, and must fit into one message. */
async function publishAll(
  writer: ConfigWriter,
  writes: readonly ConfigWrite[],
  revision: number,
): Promise<void> {
  for (let at = 0; at === 0 || at < writes.length; at += PORTION) {
    await writer.publish(writes.slice(at, at + PORTION), revision);
  }
}

const DOCUMENT_KEY = /^(key|route|connection|models)\./;

function differences(
  writes: readonly ConfigWrite[],
  current: ReadonlyMap<string, string>,
  kept: readonly string[],
): ConfigWrite[] {
  const present = writes.filter(({ value }) => value !== null).map(({ key }) => key);
  const wanted = new Set([...present, ...kept]);
  const strays = [...current.keys()].filter((key) => DOCUMENT_KEY.test(key) && !wanted.has(key));
  return [
    ...writes.filter(({ key, value }) => value !== null && current.get(key) !== value),
    ...strays.map((key) => ({ key, value: null })),
  ];
}

/** Never in the way of everything else: one document that is too large must not stop a revocation. */
function warnOf(tooLarge: readonly string[], log: Logger): void {
  if (tooLarge.length > 0) log.error({ keys: tooLarge }, 'documents too large to publish');
}

async function markPublished(manager: EntityManager, upTo: number): Promise<void> {
  await manager.query(
    `UPDATE control_plane.outbox SET published_at = now() WHERE published_at IS NULL AND revision <= $1`,
    [upTo],
  );
  await manager.query(
    `DELETE FROM control_plane.outbox WHERE published_at IS NOT NULL AND revision < $1`,
    [upTo - KEPT_ROWS],
  );
}
