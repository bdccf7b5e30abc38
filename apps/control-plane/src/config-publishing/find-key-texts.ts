import { Any, type EntityManager } from 'typeorm';
import { formerKeyTexts, keys } from '../database/tables.ts';
import type { KeyRow } from '../domain/rows.ts';

/** A text that stands for a key. */
export interface KeyText {
  readonly key: KeyRow;
  readonly keyHash: string;
  /** When it stops working, for one that was replaced. */
  readonly endsAt: Date | null;
}

/** The texts with these hashes, current and former. */
export async function findKeyTexts(
  manager: EntityManager,
  hashes: readonly string[],
): Promise<readonly KeyText[]> {
  const former = await manager.findBy(formerKeyTexts, { keyHash: Any(hashes) });
  const current = await manager.findBy(keys, { keyHash: Any(hashes) });
  const owners = await manager.findBy(keys, { id: Any(former.map(({ keyId }) => keyId)) });
  const byId = new Map(owners.map((key) => [key.id, key]));
  return [
    ...current.map((key) => ({ key, keyHash: key.keyHash, endsAt: null })),
    ...former.flatMap(({ keyId, keyHash, endsAt }) => {
      const key = byId.get(keyId);
      return key ? [{ key, keyHash, endsAt }] : [];
    }),
  ];
}
