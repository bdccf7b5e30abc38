import type { EntityManager } from 'typeorm';

/** Pico-USD: all that was booked for an organization, corrections included. */
export async function sumOfCredits(
  manager: EntityManager,
  organizationId: string,
): Promise<bigint> {
  const rows: { pico: string }[] = await manager.query(
    `SELECT trunc(coalesce(sum(amount_usd), 0) * 1e12)::text AS pico
     FROM control_plane.credits WHERE organization_id = $1`,
    [organizationId],
  );
  return BigInt(rows[0]?.pico ?? 0);
}
