import { Any, type EntityManager } from 'typeorm';
import { aiProviders, exchangeRates, organizations, projects, routes } from '../database/tables.ts';
import type { ExchangeRates } from '../domain/compile-quotas.ts';
import type { AiProviderRow, OrganizationRow, ProjectRow, RouteRow } from '../domain/rows.ts';

/** What documents of some projects are compiled from, beside their own rows. Maps by project id, organizations by theirs. */
export interface Surroundings {
  readonly projects: ReadonlyMap<string, ProjectRow>;
  readonly organizations: ReadonlyMap<string, OrganizationRow>;
  readonly routes: ReadonlyMap<string, RouteRow[]>;
  readonly connections: ReadonlyMap<string, AiProviderRow[]>;
  readonly rates: ExchangeRates;
}

export async function loadSurroundings(
  manager: EntityManager,
  ids: readonly string[],
): Promise<Surroundings> {
  const projectIds = [...new Set(ids)];
  const projectRows = await manager.findBy(projects, { id: Any(projectIds) });
  const organizationIds = projectRows.map((project) => project.organizationId);
  const organizationRows = await manager.findBy(organizations, { id: Any(organizationIds) });
  const routeRows = await manager.findBy(routes, { projectId: Any(projectIds) });
  const connectionRows = await manager.findBy(aiProviders, { projectId: Any(projectIds) });
  return {
    projects: new Map(projectRows.map((project) => [project.id, project])),
    organizations: new Map(organizationRows.map((one) => [one.id, one])),
    routes: byProject(routeRows),
    connections: byProject(connectionRows),
    rates: await loadRates(manager),
  };
}

export async function loadRates(manager: EntityManager): Promise<ExchangeRates> {
  const rows = await manager.find(exchangeRates);
  return new Map(rows.map((rate) => [rate.currency, rate.usdPerUnit]));
}

function byProject<Row extends { readonly projectId: string }>(
  rows: readonly Row[],
): Map<string, Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const group = groups.get(row.projectId);
    if (group) group.push(row);
    else groups.set(row.projectId, [row]);
  }
  return groups;
}
