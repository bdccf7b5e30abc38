import type { RetryPolicy, Timeouts } from '@tollgate/contracts';
import { Any } from 'typeorm';
import type { ConfigChange } from '../config-publishing/config-changes.ts';
import { touch } from '../config-publishing/touched.ts';
import { newId } from '../database/new-id.ts';
import { applyChanges, given, insertRow, requireReferenced, requireRow } from '../database/rows.ts';
import { aiProviders, keys, projects, routes } from '../database/tables.ts';
import type { RouteDefinition, RouteRow, Target } from '../domain/rows.ts';
import { conflict, Problem } from '../http/problem.ts';
import { type CreateRoute, DEFAULT_DEFINITION, type PatchRoute } from './route.schema.ts';

export async function createRoute(change: ConfigChange, body: CreateRoute): Promise<RouteRow> {
  await requireReferenced(change.manager, projects, 'projectId', body.projectId);
  const now = new Date();
  const row: RouteRow = {
    id: newId('route'),
    createdAt: now,
    updatedAt: now,
    projectId: body.projectId,
    publishedVersion: null,
    ...DEFAULT_DEFINITION,
    ...changesOf(DEFAULT_DEFINITION, body),
    name: body.name,
  };
  await checkTargets(change, row.projectId, row.targets);
  await insertRow(change.manager, routes, row);
  return row;
}

/** Edits the draft. The published version stays as it is; only its name is shared. */
export async function patchRoute(
  change: ConfigChange,
  id: string,
  body: PatchRoute,
): Promise<RouteRow> {
  const row = await requireRow(change.manager, routes, 'route', id);
  const changed = applyChanges(row, changesOf(row, body));
  if (changed.size === 0) return row;
  if (changed.has('targets')) await checkTargets(change, row.projectId, row.targets);
  await change.manager.save(routes, row);
  if (changed.has('name') && row.publishedVersion !== null) touchPublished(change, row);
  return row;
}

export async function deleteRoute(change: ConfigChange, id: string): Promise<void> {
  const { manager } = change;
  const row = await requireRow(manager, routes, 'route', id);
  const user = await manager.findOneBy(keys, { routeId: id });
  if (user) throw conflict(`The key "${user.name}" (${user.id}) uses the route.`);
  await manager.delete(routes, { id });
  if (row.publishedVersion !== null) touchPublished(change, row);
}

/** The route appears, disappears or has another name: keys know routes by name, and the project lists them. */
export function touchPublished(change: ConfigChange, row: RouteRow): void {
  change.touch(
    touch.route(row.id),
    touch.keysOfProject(row.projectId),
    touch.models(row.projectId),
  );
}

/** Every target must name a connection of the route's own project, or one of the operator's. */
export async function checkTargets(
  change: ConfigChange,
  projectId: string,
  targets: readonly Target[],
): Promise<void> {
  const ids = [...new Set(targets.map((target) => target.aiProviderId))];
  const found = await change.manager.findBy(aiProviders, [
    { id: Any(ids), projectId },
    { id: Any(ids), access: 'platform' },
  ]);
  const known = new Set(found.map(({ id }) => id));
  const errors = targets.flatMap((target, index) =>
    known.has(target.aiProviderId)
      ? []
      : [
          {
            field: `targets.${index}.aiProviderId`,
            message: `there is no AI provider with the id "${target.aiProviderId}" in this project`,
          },
        ],
  );
  if (errors.length === 0) return;
  const [first] = errors;
  const detail = `${first?.field}: ${first?.message}`;
  throw new Problem(422, 'unprocessable', detail, errors.slice(0, 100));
}

/** The fields that a body gives, `retry` and `timeouts` filled up with what stands there. */
function changesOf(current: Pick<RouteDefinition, 'retry' | 'timeouts'>, body: PatchRoute) {
  const { name, strategy, targets, allowProfileOverride, defaultProfile, continueOnCut } = body;
  const retry: RetryPolicy | undefined = body.retry && {
    ...current.retry,
    ...given(body.retry),
  };
  const timeouts: Timeouts | undefined = body.timeouts && {
    ...current.timeouts,
    ...given(body.timeouts),
  };
  return given({
    name,
    strategy,
    targets,
    allowProfileOverride,
    defaultProfile,
    retry,
    timeouts,
    continueOnCut,
  });
}
