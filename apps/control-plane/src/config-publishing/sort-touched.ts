import type { EntityManager } from 'typeorm';
import { touch } from './touched.ts';

/** Touched things by kind, each once. */
export interface WantedDocuments {
  readonly keyHashes: string[];
  readonly routeIds: string[];
  readonly connectionIds: string[];
  readonly projectIds: string[];
}

/** Sorts what was touched by kind, and finds the keys behind whole projects and organizations. */
export async function sortTouched(
  manager: EntityManager,
  touched: readonly string[],
): Promise<WantedDocuments> {
  const ids = (kind: string): string[] => [
    ...new Set(
      touched.filter((one) => one.startsWith(`${kind}.`)).map((one) => one.slice(kind.length + 1)),
    ),
  ];
  const everyone = touched.includes(touch.keysOfEveryone);
  const owned = await keyHashesOf(manager, {
    everyone,
    projectIds: ids('keys-of-project'),
    organizationIds: ids('keys-of-organization'),
  });
  return {
    keyHashes: [...new Set([...ids('key'), ...owned])],
    routeIds: ids('route'),
    connectionIds: ids('connection'),
    projectIds: ids('models'),
  };
}

async function keyHashesOf(
  manager: EntityManager,
  owners: { everyone: boolean; projectIds: string[]; organizationIds: string[] },
): Promise<string[]> {
  if (!owners.everyone && !owners.projectIds.length && !owners.organizationIds.length) return [];
  const rows: { key_hash: string }[] = await manager.query(
    `WITH owned AS (
       SELECT k.id, k.key_hash FROM control_plane.keys k JOIN control_plane.projects p ON p.id = k.project_id
       WHERE $1 OR p.id = ANY($2) OR p.organization_id = ANY($3))
     SELECT key_hash FROM owned UNION ALL
     SELECT former.key_hash FROM control_plane.former_key_texts former JOIN owned ON owned.id = former.key_id`,
    [owners.everyone, owners.projectIds, owners.organizationIds],
  );
  return rows.map((row) => row.key_hash);
}
