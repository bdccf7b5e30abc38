import { Any, type EntityManager } from 'typeorm';
import { aiProviders, exchangeRates, organizations, projects, routes } from '../database/tables.ts';
import type { Credits } from '../domain/compile-platform-quotas.ts';
import type { ExchangeRates } from '../domain/compile-quotas.ts';
import type { AiProviderRow, OrganizationRow, ProjectRow, RouteRow } from '../domain/rows.ts';

/** What documents of some projects are compiled from, beside their own rows. Maps by project id, organizations by theirs. */
export interface Surroundings {
  readonly projects: ReadonlyMap<string, ProjectRow>;
  readonly organizations: ReadonlyMap<string, OrganizationRow>;
  readonly routes: ReadonlyMap<string, RouteRow[]>;
  readonly connections: ReadonlyMap<string, AiProviderRow[]>;
  /** Connections of the operator's, of whatever project: any route may name them. */
  readonly platformConnections: readonly AiProviderRow[];
  readonly rates: ExchangeRates;
  /** By organization; those that never bought any are not in it. */
  readonly credits: ReadonlyMap<string, Credits>;
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
    platformConnections: await manager.findBy(aiProviders, { access: 'platform' }),
    rates: await loadRates(manager),
    credits: await loadCredits(manager, organizationIds),
  };
}

export async function loadRates(manager: EntityManager): Promise<ExchangeRates> {
  const rows = await manager.find(exchangeRates);
  return new Map(rows.map((rate) => [rate.currency, rate.usdPerUnit]));
}

/** Where only corrections were booked, nothing was bought. */
export async function loadCredits(
  manager: EntityManager,
  organizationIds: readonly string[],
): Promise<ReadonlyMap<string, Credits>> {
  const rows: { id: string; pico: string }[] = await manager.query(
    `SELECT organization_id AS id, trunc(sum(amount_usd) * 1e12)::text AS pico
     FROM control_plane.credits WHERE organization_id = ANY($1)
     GROUP BY organization_id HAVING bool_or(amount_usd > 0)`,
    [organizationIds],
  );
  return new Map(rows.map(({ id, pico }) => [id, { grantedPicoUsd: BigInt(pico) }]));
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
