import type { CompiledRoute, RouteTarget } from '@tollgate/contracts';
import type {
  AiProviderRow,
  ConnectionModel,
  OrganizationRow,
  ProjectRow,
  RouteDefinition,
  RouteRow,
  Target,
} from './rows.ts';

/** Bounds the document: a bucket's value must stay below a mebibyte. */
export const MAX_OTHER_MODELS = 1_000;

export interface RouteSources {
  readonly route: Pick<RouteRow, 'id' | 'name'>;
  readonly version: number;
  readonly definition: Readonly<RouteDefinition>;
  readonly project: ProjectRow;
  readonly organization: OrganizationRow;
  /** Connections of the route's project. */
  readonly connections: readonly AiProviderRow[];
  /** Connections of the operator's, which targets may name wherever they stand. */
  readonly platformConnections: readonly AiProviderRow[];
}

/** A published version, with what its connections say today of their models. */
export function compileRoute(sources: RouteSources): CompiledRoute {
  const { route, definition, project, organization, connections, platformConnections } = sources;
  return {
    routeId: route.id,
    projectId: project.id,
    organizationId: organization.id,
    name: route.name,
    version: sources.version,
    strategy:
      definition.strategy ??
      project.defaultRoutingStrategy ??
      organization.defaultRoutingStrategy ??
      'priority',
    targets: compileTargets(definition.targets, [...platformConnections, ...connections]),
    otherModels: compileOtherModels(definition.targets, connections),
    platformModels: compileOtherModels(
      definition.targets,
      platformConnections.filter(({ id }) => takesAnyModel(definition.targets, id)),
    ),
    allowProfileOverride: definition.allowProfileOverride,
    defaultProfile: definition.defaultProfile,
    retry: definition.retry,
    timeouts: definition.timeouts,
    continueOnCut: definition.continueOnCut ?? false,
  };
}

function compileTargets(
  targets: readonly Target[],
  connections: readonly AiProviderRow[],
): RouteTarget[] {
  const byId = new Map(connections.map((connection) => [connection.id, connection]));
  return targets.flatMap((target) => {
    const connection = byId.get(target.aiProviderId);
    return connection ? [compileTarget(target, connection)] : [];
  });
}

function compileTarget(target: Target, connection: AiProviderRow): RouteTarget {
  const model = connection.models.find(({ name }) => name === target.model);
  return {
    ...factsOf(connection, model),
    model: target.model,
    priority: target.priority,
    weight: target.weight,
    capabilities: copy(target.capabilities ?? model?.capabilities ?? null),
    profiles: copy(target.profiles),
  };
}

function takesAnyModel(targets: readonly Target[], aiProviderId: string): boolean {
  return targets.some((target) => target.aiProviderId === aiProviderId && target.model === '*');
}

/** In the order of the connections' creation, so that what is cut off at the bound does not change from one time to the next. */
function compileOtherModels(
  targets: readonly Target[],
  connections: readonly AiProviderRow[],
): RouteTarget[] {
  const named = new Set(
    targets.map((target) => JSON.stringify([target.aiProviderId, target.model])),
  );
  const others: RouteTarget[] = [];
  for (const connection of [...connections].sort((a, b) => (a.id < b.id ? -1 : 1))) {
    for (const model of modelsOf(connection)) {
      if (others.length === MAX_OTHER_MODELS) return others;
      if (named.has(JSON.stringify([connection.id, model.name]))) continue;
      others.push({
        ...factsOf(connection, model),
        model: model.name,
        priority: 1,
        weight: 1,
        capabilities: copy(model.capabilities),
        profiles: null,
      });
    }
  }
  return others;
}

/** The models that a connection lists, and its default model where the list leaves it out. */
export function modelsOf(connection: AiProviderRow): readonly ConnectionModel[] {
  const { defaultModel, models } = connection;
  if (defaultModel === null || models.some(({ name }) => name === defaultModel)) return models;
  const unknown = { capabilities: null, contextWindow: null, maxOutputTokens: null, price: null };
  return [...models, { name: defaultModel, ...unknown }];
}

function factsOf(connection: AiProviderRow, model: ConnectionModel | undefined) {
  return {
    aiProviderId: connection.id,
    connectionName: connection.name,
    provider: connection.provider,
    contextWindow: model?.contextWindow ?? null,
    maxOutputTokens: model?.maxOutputTokens ?? null,
    price: model?.price ?? null,
    enabled: connection.enabled,
    access: connection.access,
  };
}

const copy = <T>(list: readonly T[] | null): T[] | null => list && [...list];
