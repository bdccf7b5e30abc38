import { type KeyRing, open, seal } from '@tollgate/secrets';
import type { ConfigChange } from '../config-publishing/config-changes.ts';
import { touch } from '../config-publishing/touched.ts';
import { newId } from '../database/new-id.ts';
import { requireReferenced, requireRow, insertRow } from '../database/rows.ts';
import { aiProviders, projects, secrets } from '../database/tables.ts';
import type { SecretRow } from '../domain/rows.ts';
import { conflict } from '../http/problem.ts';
import type { CreateSecret, PatchSecret } from './secret.schema.ts';

export async function createSecret(
  change: ConfigChange,
  ring: KeyRing,
  body: CreateSecret,
): Promise<SecretRow> {
  const { manager } = change;
  const project = await requireReferenced(manager, projects, 'projectId', body.projectId);
  const id = newId('secret');
  const now = new Date();
  const binding = { organizationId: project.organizationId, secretId: id };
  const row: SecretRow = {
    id,
    createdAt: now,
    updatedAt: now,
    projectId: project.id,
    name: body.name,
    sealed: seal(ring, binding, body.value),
  };
  await insertRow(manager, secrets, row);
  return row;
}

/** Writing the value that is there already changes nothing. */
export async function patchSecret(
  change: ConfigChange,
  ring: KeyRing,
  id: string,
  body: PatchSecret,
): Promise<SecretRow> {
  const { manager } = change;
  const row = await requireRow(manager, secrets, 'secret', id);
  const isNewName = body.name !== undefined && body.name !== row.name;
  const isNewValue = body.value !== undefined && !holds(row, ring, body.value);
  if (isNewName && body.name !== undefined) row.name = body.name;
  if (isNewValue && body.value !== undefined) {
    const { organizationId } = row.sealed;
    row.sealed = seal(ring, { organizationId, secretId: id }, body.value);
    for (const connection of await manager.findBy(aiProviders, { secretId: id })) {
      change.touch(touch.connection(connection.id));
    }
  }
  if (isNewName || isNewValue) await manager.save(secrets, row);
  return row;
}

export async function deleteSecret(change: ConfigChange, id: string): Promise<void> {
  const { manager } = change;
  await requireRow(manager, secrets, 'secret', id);
  const user = await manager.findOneBy(aiProviders, { secretId: id });
  if (user) throw conflict(`The AI provider "${user.name}" (${user.id}) uses the secret.`);
  await manager.delete(secrets, { id });
}

function holds(row: SecretRow, ring: KeyRing, value: string): boolean {
  if (row.sealed.kek !== ring.sealing.id) return false;
  const { organizationId } = row.sealed;
  const opened = open(ring, { organizationId, secretId: row.id }, row.sealed);
  return opened.ok && opened.value === value;
}
