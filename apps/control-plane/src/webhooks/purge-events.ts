import type { EntityManager } from 'typeorm';

const KEPT_MS = 30 * 86_400_000;
const MOST = 1_000;

/** Forgets, with their deliveries, events that are older than any schedule: what still waits then is of a disabled webhook. */
export async function purgeEvents(manager: EntityManager, now: Date): Promise<void> {
  await manager.query(
    `DELETE FROM control_plane.webhook_events WHERE id IN (
       SELECT id FROM control_plane.webhook_events WHERE created_at < $1 ORDER BY created_at LIMIT ${MOST})`,
    [new Date(now.getTime() - KEPT_MS)],
  );
}
