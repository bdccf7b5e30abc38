import { configKeys } from '@tollgate/contracts';
import type { ConfigWrite } from '@tollgate/messaging';
import { Any, type EntityManager } from 'typeorm';
import { aiProviders, routes, routeVersions, secrets } from '../database/tables.ts';
import { compileConnection } from '../domain/compile-connection.ts';
import { compileKeyPolicy } from '../domain/compile-key-policy.ts';
import { compileProjectModels } from '../domain/compile-project-models.ts';
import { compileRoute } from '../domain/compile-route.ts';
import { findKeyTexts } from './find-key-texts.ts';
import { loadSurroundings, type Surroundings } from './load-surroundings.ts';
import { quotaIdOf } from './quota-id.ts';
import { sortTouched } from './sort-touched.ts';

/** A bucket's value must fit into one message of a mebibyte, headers included. */
export const MAX_DOCUMENT_BYTES = 900_000;

export interface CompiledDocuments {
  readonly writes: ConfigWrite[];
  /** Keys of documents that fit into no message. What the bucket has of them stays in force. */
  readonly tooLarge: string[];
}

/** The documents that stand for what was touched, as the rows are now; null for what is no longer there. */
export async function compileTouched(
  manager: EntityManager,
  touched: readonly string[],
): Promise<CompiledDocuments> {
  const wanted = await sortTouched(manager, touched);
  const all = [
    ...(await compileKeys(manager, wanted.keyHashes)),
    ...(await compileRoutes(manager, wanted.routeIds)),
    ...(await compileConnections(manager, wanted.connectionIds)),
    ...(await compileModels(manager, wanted.projectIds)),
  ];
  const fits = ({ value }: ConfigWrite): boolean =>
    value === null || Buffer.byteLength(value) <= MAX_DOCUMENT_BYTES;
  return {
    writes: all.filter(fits),
    tooLarge: all.filter((write) => !fits(write)).map(({ key }) => key),
  };
}

async function compileKeys(manager: EntityManager, hashes: string[]): Promise<ConfigWrite[]> {
  const texts = await findKeyTexts(manager, hashes);
  const around = await loadSurroundings(
    manager,
    texts.map(({ key }) => key.projectId),
  );
  return writesFor(
    hashes,
    texts,
    ({ keyHash }) => keyHash,
    configKeys.keyPolicy,
    ({ key, endsAt }) =>
      compileKeyPolicy({
        key,
        textEndsAt: endsAt,
        ...ownersOf(around, key),
        rates: around.rates,
        quotaIdOf,
      }),
  );
}

async function compileRoutes(manager: EntityManager, ids: string[]): Promise<ConfigWrite[]> {
  const rows = await manager.findBy(routes, { id: Any(ids) });
  const around = await loadSurroundings(
    manager,
    rows.map((route) => route.projectId),
  );
  const versions = new Map(
    (await manager.findBy(routeVersions, { routeId: Any(ids) }))
      .filter((one) => rows.some((r) => r.id === one.routeId && r.publishedVersion === one.version))
      .map((one) => [one.routeId, one]),
  );
  return writesFor(
    ids,
    rows,
    (route) => route.id,
    configKeys.route,
    (route) => {
      const current = versions.get(route.id);
      if (!current) return null;
      const { version, definition } = current;
      return compileRoute({ route, version, definition, ...ownersOf(around, route) });
    },
  );
}

async function compileConnections(manager: EntityManager, ids: string[]): Promise<ConfigWrite[]> {
  const rows = await manager.findBy(aiProviders, { id: Any(ids) });
  const around = await loadSurroundings(
    manager,
    rows.map((connection) => connection.projectId),
  );
  const secretIds = rows.flatMap(({ secretId }) => (secretId ? [secretId] : []));
  const secretRows = await manager.findBy(secrets, { id: Any(secretIds) });
  return writesFor(
    ids,
    rows,
    (connection) => connection.id,
    configKeys.connection,
    (connection) =>
      compileConnection({
        connection,
        project: ownersOf(around, connection).project,
        secret: secretRows.find(({ id }) => id === connection.secretId) ?? null,
      }),
  );
}

async function compileModels(manager: EntityManager, ids: string[]): Promise<ConfigWrite[]> {
  const around = await loadSurroundings(manager, ids);
  return writesFor(
    ids,
    [...around.projects.values()],
    ({ id }) => id,
    configKeys.projectModels,
    (project) => compileProjectModels(ownersOf(around, { projectId: project.id })),
  );
}

function writesFor<Row>(
  ids: readonly string[],
  rows: readonly Row[],
  idOf: (row: Row) => string,
  configKeyOf: (id: string) => string,
  compile: (row: Row) => object | null,
): ConfigWrite[] {
  const byId = new Map(rows.map((row) => [idOf(row), row]));
  return ids.map((id) => {
    const row = byId.get(id);
    const document = row ? compile(row) : null;
    return { key: configKeyOf(id), value: document ? JSON.stringify(document) : null };
  });
}

/** Foreign keys see to it that every owner is there. */
function ownersOf(around: Surroundings, row: { readonly projectId: string }) {
  const project = around.projects.get(row.projectId);
  const organization = around.organizations.get(project?.organizationId ?? '');
  if (!project || !organization) throw new Error(`project ${row.projectId} has no owner`);
  return {
    project,
    organization,
    routes: around.routes.get(project.id) ?? [],
    connections: around.connections.get(project.id) ?? [],
    platformConnections: around.platformConnections,
    credits: around.credits.get(organization.id) ?? null,
  };
}
