import { compileTouched, MAX_DOCUMENT_BYTES } from '../config-publishing/compile-touched.ts';
import type { ConfigChange } from '../config-publishing/config-changes.ts';
import { touch } from '../config-publishing/touched.ts';
import { newId } from '../database/new-id.ts';
import { applyChanges, insertRow, requireRow } from '../database/rows.ts';
import { routes, routeVersions } from '../database/tables.ts';
import type { RouteDefinition, RouteRow, RouteVersionRow } from '../domain/rows.ts';
import { notFound, unprocessable } from '../http/problem.ts';
import { checkTargets, touchPublished } from './route-writes.ts';

/** Freezes the draft as the next version and puts it in force; or puts an older version in force again. */
export async function publishRoute(
  change: ConfigChange,
  id: string,
  version: number | undefined,
): Promise<RouteRow> {
  const { manager } = change;
  const route = await requireRow(manager, routes, 'route', id);
  const next =
    version === undefined ? await freeze(change, route) : await find(change, route, version);
  if (next.definition.targets.length === 0) {
    throw unprocessable('targets', 'a route needs a target before it can be published');
  }
  await checkTargets(change, route.projectId, next.definition.targets);
  const isFirst = route.publishedVersion === null;
  route.publishedVersion = next.version;
  await manager.save(routes, route);
  const { tooLarge } = await compileTouched(manager, [touch.route(id)]);
  if (tooLarge.length > 0) {
    throw unprocessable('targets', `make more than ${MAX_DOCUMENT_BYTES} bytes when compiled`);
  }
  if (isFirst) touchPublished(change, route);
  else change.touch(touch.route(id), touch.models(route.projectId));
  return route;
}

/** Publishes unless what is in force says the same as the draft; answers whether it did. */
export async function publishIfChanged(change: ConfigChange, route: RouteRow): Promise<boolean> {
  if (route.publishedVersion !== null) {
    const current = await find(change, route, route.publishedVersion);
    const compared = { continueOnCut: false, ...current.definition };
    if (applyChanges(compared, definitionOf(route)).size === 0) return false;
  }
  await publishRoute(change, route.id, undefined);
  return true;
}

async function freeze(change: ConfigChange, route: RouteRow): Promise<RouteVersionRow> {
  const rows: { last: number | null }[] = await change.manager.query(
    'SELECT max(version) AS last FROM control_plane.route_versions WHERE route_id = $1',
    [route.id],
  );
  const row: RouteVersionRow = {
    id: newId('routeVersion'),
    routeId: route.id,
    version: (rows[0]?.last ?? 0) + 1,
    definition: definitionOf(route),
    createdAt: new Date(),
  };
  await insertRow(change.manager, routeVersions, row);
  return row;
}

async function find(
  change: ConfigChange,
  route: RouteRow,
  version: number,
): Promise<RouteVersionRow> {
  const row = await change.manager.findOneBy(routeVersions, { routeId: route.id, version });
  if (!row) throw notFound(`version of route ${route.id}`, String(version));
  return row;
}

function definitionOf(route: RouteRow): RouteDefinition {
  const { strategy, targets, allowProfileOverride, defaultProfile, retry, timeouts } = route;
  const { continueOnCut = false } = route;
  return {
    strategy,
    targets,
    allowProfileOverride,
    defaultProfile,
    retry,
    timeouts,
    continueOnCut,
  };
}
