import type { ConfigChange } from '../config-publishing/config-changes.ts';
import { touch } from '../config-publishing/touched.ts';
import { newId } from '../database/new-id.ts';
import { applyChanges, given, requireRow, insertRow } from '../database/rows.ts';
import { credits, organizations, projects } from '../database/tables.ts';
import type { OrganizationRow } from '../domain/rows.ts';
import { requireRates } from '../exchange-rates/require-rates.ts';
import { conflict } from '../http/problem.ts';
import { touchRoutesOf } from '../projects/touch-routes-of.ts';
import type { CreateOrganization, PatchOrganization } from './organization.schema.ts';

/** What the policy of each key says. */
const STANDING_IN_KEYS = ['budgets', 'payloadCapture', 'managedCaps', 'defaultPrice'] as const;

export async function createOrganization(
  change: ConfigChange,
  body: CreateOrganization,
): Promise<OrganizationRow> {
  await requireRates(change, 'budgets', body.budgets ?? []);
  const now = new Date();
  const row: OrganizationRow = {
    id: newId('organization'),
    createdAt: now,
    updatedAt: now,
    defaultRoutingStrategy: null,
    payloadCapture: 'metadata',
    budgets: [],
    defaultPrice: null,
    ...given(body),
    managedCaps: { ...change.managedCaps, ...given(body.managedCaps ?? {}) },
  };
  await insertRow(change.manager, organizations, row);
  return row;
}

export async function patchOrganization(
  change: ConfigChange,
  id: string,
  body: PatchOrganization,
): Promise<OrganizationRow> {
  const row = await requireRow(change.manager, organizations, 'organization', id);
  const managedCaps = body.managedCaps && { ...row.managedCaps, ...given(body.managedCaps) };
  const changed = applyChanges(row, { ...body, managedCaps });
  if (changed.size === 0) return row;
  if (changed.has('budgets')) await requireRates(change, 'budgets', row.budgets);
  await change.manager.save(organizations, row);
  if (STANDING_IN_KEYS.some((field) => changed.has(field))) {
    change.touch(touch.keysOfOrganization(id));
  }
  if (changed.has('defaultRoutingStrategy')) {
    for (const project of await change.manager.findBy(projects, { organizationId: id })) {
      await touchRoutesOf(change, project.id);
    }
  }
  return row;
}

export async function deleteOrganization(change: ConfigChange, id: string): Promise<void> {
  const row = await requireRow(change.manager, organizations, 'organization', id);
  const project = await change.manager.findOneBy(projects, { organizationId: id });
  if (project)
    throw conflict(`The organization has the project "${project.name}" (${project.id}).`);
  const credit = await change.manager.findOneBy(credits, { organizationId: id });
  if (credit) throw conflict('The organization has credits on its books, which are kept.');
  await change.manager.delete(organizations, { id: row.id });
}
