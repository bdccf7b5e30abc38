import type { EntityManager } from 'typeorm';
import { touch, type Touched } from './touched.ts';

/** All documents that there should be. */
export async function everythingTouched(manager: EntityManager): Promise<Touched[]> {
  const idsOf = async (table: string): Promise<string[]> => {
    const rows: { id: string }[] = await manager.query(`SELECT id FROM control_plane.${table}`);
    return rows.map(({ id }) => id);
  };
  return [
    touch.keysOfEveryone,
    ...(await idsOf('routes')).map(touch.route),
    ...(await idsOf('ai_providers')).map(touch.connection),
    ...(await idsOf('projects')).map(touch.models),
  ];
}
