import type { ProjectModels } from '@tollgate/contracts';
import { MAX_OTHER_MODELS, modelsOf } from './compile-route.ts';
import type { AiProviderRow, ProjectRow, RouteRow } from './rows.ts';

/** What `GET /v1/models` shows: models of enabled connections, those that published routes take from the operator's, and routes. */
export function compileProjectModels(sources: {
  readonly project: ProjectRow;
  readonly connections: readonly AiProviderRow[];
  readonly platformConnections: readonly AiProviderRow[];
  readonly routes: readonly RouteRow[];
}): ProjectModels {
  const own = sources.connections
    .filter((connection) => connection.enabled)
    .flatMap((connection) => modelsOf(connection).map(({ name }) => show(connection, name)));
  const models = [...own, ...platformModels(sources)];
  return {
    projectId: sources.project.id,
    models: models.slice(0, MAX_OTHER_MODELS),
    routes: sources.routes
      .filter((route) => route.publishedVersion !== null)
      .map((route) => ({ name: route.name, createdAt: route.createdAt.getTime() })),
  };
}

function platformModels({
  project,
  routes,
  platformConnections,
}: Parameters<typeof compileProjectModels>[0]): Model[] {
  const targets = routes.flatMap((route) => (route.publishedVersion === null ? [] : route.targets));
  return platformConnections
    .filter(({ enabled, projectId }) => enabled && projectId !== project.id)
    .flatMap((connection) => {
      const mine = targets.filter(({ aiProviderId }) => aiProviderId === connection.id);
      const names = new Set(mine.map(({ model }) => model).filter((model) => model !== '*'));
      return [...names].map((name) => show(connection, name));
    });
}

function show(connection: AiProviderRow, name: string): Model {
  return {
    name,
    provider: connection.provider,
    connectionName: connection.name,
    createdAt: connection.createdAt.getTime(),
  };
}

type Model = ProjectModels['models'][number];
