import { hashKey, makeKeyText } from '@tollgate/secrets';
import type { ConfigChange } from '../config-publishing/config-changes.ts';
import { touch } from '../config-publishing/touched.ts';
import { newId } from '../database/new-id.ts';
import {
  applyChanges,
  given,
  insertRow,
  requireOfProject,
  requireReferenced,
  requireRow,
} from '../database/rows.ts';
import { keys, projects, routes } from '../database/tables.ts';
import { budgetsOfKey } from '../domain/compile-quotas.ts';
import type { KeyRow } from '../domain/rows.ts';
import { requireRates } from '../exchange-rates/require-rates.ts';
import { conflict } from '../http/problem.ts';
import { raiseEvent } from '../webhooks/raise-event.ts';
import type { CreateKey, PatchKey } from './key.schema.ts';

/** A key, with the text that is shown this once. */
export interface NewKey {
  readonly row: KeyRow;
  readonly text: string;
}

export async function createKey(
  change: ConfigChange,
  body: CreateKey,
  text: string = makeKeyText(),
): Promise<NewKey> {
  await requireReferenced(change.manager, projects, 'projectId', body.projectId);
  const now = new Date();
  const row: KeyRow = {
    id: newId('key'),
    createdAt: now,
    updatedAt: now,
    routeId: null,
    ...hashOf(text),
    enabled: true,
    rateLimit: null,
    tokenLimit: null,
    maxConcurrency: null,
    routingStrategy: null,
    modelAllowlist: null,
    budgetMonthlyEur: null,
    budgetAlertPct: null,
    budgets: [],
    metadata: {},
    allowProviderKeys: false,
    revokedAt: null,
    ...given(body),
    expiresAt: timeOf(body.expiresAt) ?? null,
  };
  await checkKey(change, row);
  await insertRow(change.manager, keys, row);
  change.touch(touch.key(row.keyHash));
  return { row, text };
}

export async function patchKey(change: ConfigChange, id: string, body: PatchKey): Promise<KeyRow> {
  const row = await requireRow(change.manager, keys, 'key', id);
  const changed = applyChanges(row, { ...body, expiresAt: timeOf(body.expiresAt) });
  if (changed.size === 0) return row;
  await checkKey(change, row);
  await change.manager.save(keys, row);
  change.touch(touch.key(row.keyHash));
  return row;
}

/** A new text for the same key: its id, and so its budgets and what was spent of them, stay. The old text stops at once. */
export async function rotateKey(
  change: ConfigChange,
  id: string,
  text: string = makeKeyText(),
): Promise<NewKey> {
  const row = await requireRow(change.manager, keys, 'key', id);
  if (row.revokedAt) throw conflict('The key was revoked. Make a new one.');
  change.touch(touch.key(row.keyHash));
  Object.assign(row, hashOf(text));
  await change.manager.save(keys, row);
  change.touch(touch.key(row.keyHash));
  return { row, text };
}

/** For good; revoking again changes nothing. */
export async function revokeKey(change: ConfigChange, id: string): Promise<KeyRow> {
  const row = await requireRow(change.manager, keys, 'key', id);
  if (row.revokedAt) return row;
  row.revokedAt = new Date();
  await change.manager.save(keys, row);
  await raiseEvent(change.manager, {
    type: 'key.revoked',
    owner: { projectId: row.projectId },
    at: row.revokedAt,
    data: { keyId: row.id, projectId: row.projectId, name: row.name, keyHint: row.keyHint },
  });
  change.touch(touch.key(row.keyHash));
  return row;
}

export async function deleteKey(change: ConfigChange, id: string): Promise<void> {
  const row = await requireRow(change.manager, keys, 'key', id);
  await change.manager.delete(keys, { id });
  change.touch(touch.key(row.keyHash));
}

async function checkKey(change: ConfigChange, row: KeyRow): Promise<void> {
  if (row.routeId !== null) {
    const reference = { id: row.routeId, projectId: row.projectId };
    await requireOfProject(change.manager, routes, 'routeId', reference);
  }
  const field = row.budgetMonthlyEur === null ? 'budgets' : 'budgetMonthlyEur';
  await requireRates(change, field, budgetsOfKey(row));
}

function hashOf(text: string): Pick<KeyRow, 'keyHash' | 'keyHint'> {
  return { keyHash: hashKey(text), keyHint: text.slice(-4) };
}

function timeOf(text: string | null | undefined): Date | null | undefined {
  return typeof text === 'string' ? new Date(text) : text;
}
