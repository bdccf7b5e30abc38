import type { EntityManager } from 'typeorm';

const KEPT_MS = 30 * 86_400_000;
const MOST_AT_ONCE = 1_000;
/** More than can be raised between two sweeps; what is left waits for the next. */
const MOST_ROUNDS = 50;

/**
 * Forgets, with their deliveries, events that are older than any schedule: what still waits then is of a webhook that is
 * disabled, or has taken nothing for a month. Answers how many.
 */
export async function purgeEvents(manager: EntityManager, now: Date): Promise<number> {
  const before = new Date(now.getTime() - KEPT_MS);
  let purged = 0;
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const gone = await purgeSome(manager, before);
    purged += gone;
    if (gone < MOST_AT_ONCE) break;
  }
  return purged;
}

async function purgeSome(manager: EntityManager, before: Date): Promise<number> {
  const [row]: { count: number }[] = await manager.query(
    `WITH gone AS (
       DELETE FROM control_plane.webhook_events WHERE id IN (
         SELECT id FROM control_plane.webhook_events WHERE created_at < $1 ORDER BY created_at LIMIT ${MOST_AT_ONCE})
       RETURNING 1
     ) SELECT count(*)::integer AS count FROM gone`,
    [before],
  );
  return row?.count ?? 0;
}
