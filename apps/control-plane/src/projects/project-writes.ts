import type { ConfigChange } from '../config-publishing/config-changes.ts';
import { touch } from '../config-publishing/touched.ts';
import { newId } from '../database/new-id.ts';
import { applyChanges, given, requireReferenced, requireRow, insertRow } from '../database/rows.ts';
import { aiProviders, keys, organizations, projects, routes, secrets } from '../database/tables.ts';
import type { ProjectRow } from '../domain/rows.ts';
import { requireRates } from '../exchange-rates/require-rates.ts';
import { conflict } from '../http/problem.ts';
import type { CreateProject, PatchProject } from './project.schema.ts';
import { touchRoutesOf } from './touch-routes-of.ts';

export async function createProject(
  change: ConfigChange,
  body: CreateProject,
): Promise<ProjectRow> {
  await requireReferenced(change.manager, organizations, 'organizationId', body.organizationId);
  await requireRates(change, 'budgets', body.budgets ?? []);
  const now = new Date();
  const row: ProjectRow = {
    id: newId('project'),
    createdAt: now,
    updatedAt: now,
    defaultRoutingStrategy: null,
    payloadCapture: null,
    budgets: [],
    defaultPrice: null,
    ...given(body),
  };
  await insertRow(change.manager, projects, row);
  change.touch(touch.models(row.id));
  return row;
}

export async function patchProject(
  change: ConfigChange,
  id: string,
  body: PatchProject,
): Promise<ProjectRow> {
  const row = await requireRow(change.manager, projects, 'project', id);
  const changed = applyChanges(row, body);
  if (changed.size === 0) return row;
  if (changed.has('budgets')) await requireRates(change, 'budgets', row.budgets);
  await change.manager.save(projects, row);
  if (changed.has('budgets') || changed.has('payloadCapture') || changed.has('defaultPrice'))
    change.touch(touch.keysOfProject(id));
  if (changed.has('defaultRoutingStrategy')) await touchRoutesOf(change, id);
  return row;
}

export async function deleteProject(change: ConfigChange, id: string): Promise<void> {
  const { manager } = change;
  await requireRow(manager, projects, 'project', id);
  const mine = { projectId: id };
  const inside = [
    ['key', await manager.findOneBy(keys, mine)],
    ['route', await manager.findOneBy(routes, mine)],
    ['AI provider', await manager.findOneBy(aiProviders, mine)],
    ['secret', await manager.findOneBy(secrets, mine)],
  ] as const;
  for (const [kind, row] of inside) {
    if (row) throw conflict(`The project has the ${kind} "${row.name}" (${row.id}).`);
  }
  await manager.delete(projects, { id });
  change.touch(touch.models(id));
}
