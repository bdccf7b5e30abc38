import { hashKey, makeKeyText } from '@tollgate/secrets';
import type { ConfigChange } from '../config-publishing/config-changes.ts';
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
import { claimText, dropFormerTexts, keepText, touchKey } from './former-key-texts.ts';
import type { CreateKey, PatchKey } from './key.schema.ts';

/** A key, with the text that is shown this once. */
export interface NewKey {
  readonly row: KeyRow;
  readonly text: string;
}

export async function createKey(
  change: ConfigChange,
  body: CreateKey,
  {
    createdBy,
    text = makeKeyText(),
  }: { readonly createdBy: string; readonly text?: string | undefined },
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
    sourceRanges: null,
    createdBy,
    revokedAt: null,
    ...given(body),
    expiresAt: timeOf(body.expiresAt) ?? null,
  };
  await checkKey(change, row);
  await claimText(change, row.keyHash, row.id);
  await insertRow(change.manager, keys, row);
  await touchKey(change, row);
  return { row, text };
}

export async function patchKey(change: ConfigChange, id: string, body: PatchKey): Promise<KeyRow> {
  const row = await requireRow(change.manager, keys, 'key', id);
  const changed = applyChanges(row, { ...body, expiresAt: timeOf(body.expiresAt) });
  if (changed.size === 0) return row;
  await checkKey(change, row);
  await change.manager.save(keys, row);
  await touchKey(change, row);
  return row;
}

export interface Rotation {
  readonly text?: string;
  /** How long the former text goes on; without it all former texts stop at once. */
  readonly overlapSeconds?: number | undefined;
}

/** A new text for the same key: its id, and so its budgets and what was spent of them, stay. */
export async function rotateKey(
  change: ConfigChange,
  id: string,
  { text = makeKeyText(), overlapSeconds = 0 }: Rotation = {},
): Promise<NewKey> {
  const row = await requireRow(change.manager, keys, 'key', id);
  if (row.revokedAt) throw conflict('The key was revoked. Make a new one.');
  if (overlapSeconds > 0) {
    await keepText(change, row, new Date(Date.now() + overlapSeconds * 1_000));
  } else {
    await dropFormerTexts(change, row);
  }
  Object.assign(row, hashOf(text));
  await claimText(change, row.keyHash, row.id);
  await change.manager.save(keys, row);
  await touchKey(change, row);
  return { row, text };
}

/** A revoked key stays revoked. */
export async function enableKey(change: ConfigChange, id: string): Promise<KeyRow> {
  const row = await requireRow(change.manager, keys, 'key', id);
  if (row.revokedAt) throw conflict('The key was revoked. Make a new one.');
  return patchKey(change, id, { enabled: true });
}

/** For good, with all its texts; revoking again changes nothing. */
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
  await touchKey(change, row);
  return row;
}

export async function deleteKey(change: ConfigChange, id: string): Promise<void> {
  const row = await requireRow(change.manager, keys, 'key', id);
  await touchKey(change, row);
  await change.manager.delete(keys, { id });
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
