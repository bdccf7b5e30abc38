import { readUrl } from '@tollgate/outbound';
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
import { aiProviders, projects, routes, routeVersions, secrets } from '../database/tables.ts';
import { resolveBaseUrl } from '../domain/base-url.ts';
import type { AiProviderRow } from '../domain/rows.ts';
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
  const changed = applyChanges(row, body);
  if (changed.size === 0) return row;
  await checkConnection(change, row);
  if (changed.has('baseUrl')) checkAddress(change, row);
  await change.manager.save(aiProviders, row);
  await touchConnection(change, row);
  return row;
}

export async function deleteAiProvider(change: ConfigChange, id: string): Promise<void> {
  const { manager } = change;
  const row = await requireRow(manager, aiProviders, 'AI provider', id);
  for (const route of await manager.findBy(routes, { projectId: row.projectId })) {
    const version = route.publishedVersion ?? -1;
    const published = await manager.findOneBy(routeVersions, { routeId: route.id, version });
    const targets = [...route.targets, ...(published?.definition.targets ?? [])];
    if (targets.some((target) => target.aiProviderId === id)) {
      throw conflict(`The route "${route.name}" (${route.id}) uses the AI provider.`);
    }
  }
  await manager.delete(aiProviders, { id });
  await touchConnection(change, row);
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

/** All routes of the project may serve the connection's models by name, so all are compiled anew. */
async function touchConnection(change: ConfigChange, row: AiProviderRow): Promise<void> {
  change.touch(touch.connection(row.id), touch.models(row.projectId));
  await touchRoutesOf(change, row.projectId);
}
