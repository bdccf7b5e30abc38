import type { EntityManager } from 'typeorm';
import { organizations, projects } from '../database/tables.ts';
import { requireRow } from '../database/rows.ts';
import { invalid } from '../http/validation.ts';

interface Tenant {
  readonly organizationId?: string | undefined;
  readonly projectId?: string | undefined;
}

/** Whose usage it is: the organization given, that of the project given, or the only one there is. */
export async function findOrganization(manager: EntityManager, tenant: Tenant): Promise<string> {
  if (tenant.projectId !== undefined) {
    const project = await requireRow(manager, projects, 'project', tenant.projectId);
    const isOther =
      tenant.organizationId !== undefined && tenant.organizationId !== project.organizationId;
    if (isOther) {
      throw invalid([{ field: 'projectId', message: 'is a project of another organization' }]);
    }
    return project.organizationId;
  }
  if (tenant.organizationId !== undefined) {
    return (await requireRow(manager, organizations, 'organization', tenant.organizationId)).id;
  }
  const [first, second] = await manager.find(organizations, { take: 2, order: { id: 'ASC' } });
  if (first && !second) return first.id;
  const message = first ? 'is required: there are several organizations' : 'there is none yet';
  throw invalid([{ field: 'organizationId', message }]);
}
