import type { Logger } from '@tollgate/telemetry';
import { Any, type DataSource, type EntityManager, LessThan } from 'typeorm';
import type { ConfigChange, ConfigChanges } from '../config-publishing/config-changes.ts';
import { touch } from '../config-publishing/touched.ts';
import { formerKeyTexts } from '../database/tables.ts';
import type { FormerKeyTextRow, KeyRow } from '../domain/rows.ts';
import { unprocessable } from '../http/problem.ts';

/** A text is remembered that long after its end, so that records say why it was refused. */
const KEPT_MS = 24 * 3_600_000;
const SWEEP_MS = 60_000;
const MOST_AT_ONCE = 1_000;

/** Names all documents of a key: those of its former texts too. */
export async function touchKey(change: ConfigChange, row: KeyRow): Promise<void> {
  const former = await change.manager.findBy(formerKeyTexts, { keyId: row.id });
  change.touch(touch.key(row.keyHash), ...former.map(({ keyHash }) => touch.key(keyHash)));
}

/** Lets the key's current text, which is about to be replaced, work until then. */
export async function keepText(change: ConfigChange, row: KeyRow, endsAt: Date): Promise<void> {
  const { keyHash, keyHint } = row;
  await change.manager.insert(formerKeyTexts, { keyHash, keyHint, keyId: row.id, endsAt });
}

/** Forgets all former texts of a key: they stop at once. */
export async function dropFormerTexts(change: ConfigChange, row: KeyRow): Promise<void> {
  await touchKey(change, row);
  await change.manager.delete(formerKeyTexts, { keyId: row.id });
}

/** A text may come back to the key that had it; it never stands for two keys. */
export async function claimText(change: ConfigChange, keyHash: string, keyId: string) {
  const former = await change.manager.findOneBy(formerKeyTexts, { keyHash });
  if (!former) return;
  if (former.keyId !== keyId) throw unprocessable('textFromEnv', 'another key had that text');
  await change.manager.delete(formerKeyTexts, { keyHash });
}

/** Former texts of these keys that still work. */
export async function findWorkingTexts(
  manager: EntityManager,
  keyIds: readonly string[],
  now: Date,
): Promise<readonly FormerKeyTextRow[]> {
  const rows = await manager.find(formerKeyTexts, {
    where: { keyId: Any(keyIds) },
    order: { endsAt: 'ASC' },
  });
  return rows.filter(({ endsAt }) => endsAt > now);
}

/** Removes texts whose end is long past, with their documents. Answers how many. */
export async function sweepFormerTexts(
  dataSource: DataSource,
  changes: Pick<ConfigChanges, 'run'>,
  now: Date,
): Promise<number> {
  const where = { endsAt: LessThan(new Date(now.getTime() - KEPT_MS)) };
  // A change takes its turn and a revision: not for nothing.
  if (!(await dataSource.manager.existsBy(formerKeyTexts, where))) return 0;
  return changes.run(async (change) => {
    const rows = await change.manager.find(formerKeyTexts, { where, take: MOST_AT_ONCE });
    for (const { keyHash } of rows) change.touch(touch.key(keyHash));
    await change.manager.delete(formerKeyTexts, {
      keyHash: Any(rows.map(({ keyHash }) => keyHash)),
    });
    return rows.length;
  });
}

/** Sweeps now and every minute. Answers how to stop. */
export function sweepRegularly(
  dataSource: DataSource,
  changes: Pick<ConfigChanges, 'run'>,
  log: Logger,
): () => Promise<void> {
  let sweeping: Promise<unknown> | undefined;
  const sweep = (): void => {
    sweeping ??= sweepFormerTexts(dataSource, changes, new Date())
      .catch((error: unknown) =>
        log.warn({ err: error }, 'former texts of keys could not be swept; trying again'),
      )
      .finally(() => {
        sweeping = undefined;
      });
  };
  sweep();
  const timer = setInterval(sweep, SWEEP_MS).unref();
  return async () => {
    clearInterval(timer);
    await sweeping;
  };
}
