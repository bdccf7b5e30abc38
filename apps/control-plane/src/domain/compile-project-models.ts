import type { ProjectModels } from '@tollgate/contracts';
import { MAX_OTHER_MODELS, modelsOf } from './compile-route.ts';
import type { AiProviderRow, ProjectRow, RouteRow } from './rows.ts';

/** What `GET /v1/models` shows: models of enabled connections, and published routes. */
export function compileProjectModels(sources: {
  readonly project: ProjectRow;
  readonly connections: readonly AiProviderRow[];
  readonly routes: readonly RouteRow[];
}): ProjectModels {
  const models = sources.connections
    .filter((connection) => connection.enabled)
    .flatMap((connection) =>
      modelsOf(connection).map((model) => ({
        name: model.name,
        provider: connection.provider,
        connectionName: connection.name,
        createdAt: connection.createdAt.getTime(),
      })),
    );
  return {
    projectId: sources.project.id,
    models: models.slice(0, MAX_OTHER_MODELS),
    routes: sources.routes
      .filter((route) => route.publishedVersion !== null)
      .map((route) => ({ name: route.name, createdAt: route.createdAt.getTime() })),
  };
}
