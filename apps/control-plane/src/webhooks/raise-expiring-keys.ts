import type { EntityManager } from 'typeorm';
import { eventIdOf, raiseEvent } from './raise-event.ts';

/** How long before its end a key is told of. */
const AHEAD_MS = 7 * 86_400_000;
const MOST = 500;

interface ExpiringKey {
  readonly id: string;
  readonly project_id: string;
  readonly name: string;
  readonly key_hint: string;
  readonly expires_at: Date;
}

/**
 * Tells of keys that end within a week: once for each key and time of expiry, so that a key whose end was moved is told
 * of again. Only keys that somebody listens for are looked at. Answers how many deliveries it made.
 */
export async function raiseExpiringKeys(manager: EntityManager, now: Date): Promise<number> {
  const rows: ExpiringKey[] = await manager.query(
    `SELECT k.id, k.project_id, k.name, k.key_hint, k.expires_at FROM control_plane.keys k
     WHERE k.expires_at > $1 AND k.expires_at <= $2 AND k.revoked_at IS NULL
       AND k.expiry_told_for IS DISTINCT FROM k.expires_at
       AND EXISTS (SELECT FROM control_plane.webhooks w
                   WHERE w.project_id = k.project_id AND w.enabled AND w.events ? 'key.expiring')
     ORDER BY k.expires_at LIMIT ${MOST} FOR UPDATE OF k SKIP LOCKED`,
    [now, new Date(now.getTime() + AHEAD_MS)],
  );
  let told = 0;
  for (const key of rows) {
    const expiresAt = key.expires_at.toISOString();
    told += await raiseEvent(manager, {
      id: eventIdOf('key.expiring', key.id, expiresAt),
      type: 'key.expiring',
      owner: { projectId: key.project_id },
      at: now,
      data: {
        keyId: key.id,
        projectId: key.project_id,
        name: key.name,
        keyHint: key.key_hint,
        expiresAt,
      },
    });
  }
  const ids = rows.map(({ id }) => id);
  await manager.query(
    `UPDATE control_plane.keys SET expiry_told_for = expires_at WHERE id = ANY ($1)`,
    [ids],
  );
  return told;
}
