import { readUrl } from '@tollgate/outbound';
import { Any, type EntityManager } from 'typeorm';
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
import { aiProviders, projects, routes, secrets } from '../database/tables.ts';
import { resolveBaseUrl } from '../domain/base-url.ts';
import type { AiProviderRow, RouteRow } from '../domain/rows.ts';
import { conflict, unprocessable } from '../http/problem.ts';
import { touchRoutesOf } from '../projects/touch-routes-of.ts';
import { forbiddenAddress } from './check-base-url.ts';
import type { CreateAiProvider, PatchAiProvider } from './ai-provider.schema.ts';

export async function createAiProvider(
  change: ConfigChange,
  body: CreateAiProvider,
): Promise<AiProviderRow> {
  await requireReferenced(change.manager, projects, 'projectId', body.projectId);
  const now = new Date();
  const row: AiProviderRow = {
    id: newId('aiProvider'),
    createdAt: now,
    updatedAt: now,
    secretId: null,
    defaultModel: null,
    baseUrl: null,
    config: null,
    access: 'byok',
    models: [],
    enabled: true,
    ...given(body),
  };
  await checkConnection(change, row);
  checkAddress(change, row);
  await insertRow(change.manager, aiProviders, row);
  await touchConnection(change, row);
  return row;
}

export async function patchAiProvider(
  change: ConfigChange,
  id: string,
  body: PatchAiProvider,
): Promise<AiProviderRow> {
  const row = await requireRow(change.manager, aiProviders, 'AI provider', id);
  const { access } = row;
  const changed = applyChanges(row, body);
  if (changed.size === 0) return row;
  if (access === 'platform' && row.access === 'byok') {
    const user = await findUser(change, row, (route) => route.projectId !== row.projectId);
    if (user) throw conflict(`${user} of another project uses the AI provider.`);
  }
  await checkConnection(change, row);
  if (changed.has('baseUrl')) checkAddress(change, row);
  await change.manager.save(aiProviders, row);
  await touchConnection(change, row);
  return row;
}

export async function deleteAiProvider(change: ConfigChange, id: string): Promise<void> {
  const { manager } = change;
  const row = await requireRow(manager, aiProviders, 'AI provider', id);
  const user = await findUser(change, row, () => true);
  if (user) throw conflict(`${user} uses the AI provider.`);
  await manager.delete(aiProviders, { id });
  await touchConnection(change, row);
}

/** A route that names the connection, in its draft or in force: one of any project's, since all may name the operator's. */
async function findUser(
  { manager }: ConfigChange,
  { id }: AiProviderRow,
  isMeant: (route: RouteRow) => boolean,
): Promise<string | undefined> {
  const ids = await idsOfRoutesNaming(manager, id);
  const users = await manager.findBy(routes, { id: Any(ids) });
  const user = users.find(isMeant);
  return user && `The route "${user.name}" (${user.id})`;
}

async function idsOfRoutesNaming(manager: EntityManager, id: string): Promise<string[]> {
  const rows: { id: string }[] = await manager.query(
    `SELECT r.id FROM control_plane.routes r
       LEFT JOIN control_plane.route_versions v ON v.route_id = r.id AND v.version = r.published_version
     WHERE r.targets @> $1::jsonb OR v.definition->'targets' @> $1::jsonb`,
    [JSON.stringify([{ aiProviderId: id }])],
  );
  return rows.map((row) => row.id);
}

async function checkConnection(change: ConfigChange, row: AiProviderRow): Promise<void> {
  if (row.secretId !== null) {
    const reference = { id: row.secretId, projectId: row.projectId };
    await requireOfProject(change.manager, secrets, 'secretId', reference);
  }
  if (resolveBaseUrl(row) === undefined) {
    const field = row.provider === 'bedrock' ? 'config.region' : 'baseUrl';
    throw unprocessable(field, `is required for the provider "${row.provider}"`);
  }
}

/** What the base URL is written as; what its name resolves to is checked by who has no transaction open. */
function checkAddress({ outbound }: ConfigChange, { baseUrl }: AiProviderRow): void {
  if (baseUrl !== null && !readUrl(baseUrl, outbound)) throw forbiddenAddress();
}

/** All routes of the project may serve the connection's models by name, others where they name it: all are compiled anew. */
async function touchConnection(change: ConfigChange, row: AiProviderRow): Promise<void> {
  change.touch(touch.connection(row.id), touch.models(row.projectId));
  await touchRoutesOf(change, row.projectId);
  const ids = await idsOfRoutesNaming(change.manager, row.id);
  for (const route of await change.manager.findBy(routes, { id: Any(ids) })) {
    if (route.publishedVersion !== null)
      change.touch(touch.route(route.id), touch.models(route.projectId));
  }
}
