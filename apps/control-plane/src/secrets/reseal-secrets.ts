import { type KeyRing, open, seal } from '@tollgate/secrets';
import type { ConfigChange } from '../config-publishing/config-changes.ts';
import { touch } from '../config-publishing/touched.ts';
import { aiProviders, secrets } from '../database/tables.ts';

export interface Resealed {
  readonly resealed: number;
  /** Secrets that no key of the ring opens: their connections fail until the value is written anew. */
  readonly unopened: readonly string[];
}

/** After the key-encryption key has changed: seals under the new key what a former one sealed. */
export async function resealSecrets(change: ConfigChange, ring: KeyRing): Promise<Resealed> {
  const { manager } = change;
  const outdated = (await manager.find(secrets)).filter(
    ({ sealed }) => sealed.kek !== ring.sealing.id,
  );
  const unopened: string[] = [];
  for (const row of outdated) {
    const binding = { organizationId: row.sealed.organizationId, secretId: row.id };
    const opened = open(ring, binding, row.sealed);
    if (!opened.ok) {
      unopened.push(row.id);
      continue;
    }
    row.sealed = seal(ring, binding, opened.value);
    await manager.save(secrets, row);
    for (const connection of await manager.findBy(aiProviders, { secretId: row.id })) {
      change.touch(touch.connection(connection.id));
    }
  }
  return { resealed: outdated.length - unopened.length, unopened };
}
