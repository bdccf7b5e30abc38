import type { EntitySchema, FindOptionsWhere } from 'typeorm';
import type { Application } from './apply-config-file.ts';
import type { ConfigChange } from '../config-publishing/config-changes.ts';
import { aiProviders, organizations, projects } from '../database/tables.ts';
import type { ProjectRow } from '../domain/rows.ts';
import { unprocessable } from '../http/problem.ts';

/**
 * The project of that name, or of that `organization/project`; else a problem at `project`. Where several organizations
 * have one of that name, the one that the file itself declares is meant.
 */
export async function findProject(
  { change, file }: Pick<Application, 'change' | 'file'>,
  reference: string,
): Promise<ProjectRow> {
  const owners = await change.manager.find(organizations);
  const ownerOf = (project: ProjectRow): string | undefined =>
    owners.find(({ id }) => id === project.organizationId)?.name;
  const matching = (await change.manager.find(projects)).filter(
    (project) => project.name === reference || `${ownerOf(project)}/${project.name}` === reference,
  );
  if (matching.length === 0) throw unprocessable('project', `there is no project "${reference}"`);
  const declared = matching.filter((project) =>
    file.projects?.some(
      ({ organization, name }) => organization === ownerOf(project) && name === project.name,
    ),
  );
  const [only, another] = matching.length === 1 ? matching : declared;
  if (only && !another) return only;
  throw unprocessable('project', `several are named "${reference}": write organization/project`);
}

/** What has that name in the project; null when nothing has. */
export function findNamed<Row extends { readonly projectId: string; name: string }>(
  change: ConfigChange,
  table: EntitySchema<Row>,
  projectId: string,
  name: string,
): Promise<Row | null> {
  // TypeORM's types do not see through a generic row.
  return change.manager.findOneBy(table, { projectId, name } as FindOptionsWhere<Row>);
}

/** The id of what has that name in the project; else a problem at the field. */
export async function requireNamed<
  Row extends { readonly id: string; readonly projectId: string; name: string },
>(
  change: ConfigChange,
  table: EntitySchema<Row>,
  projectId: string,
  reference: { readonly field: string; readonly name: string },
): Promise<string> {
  const row = await findNamed(change, table, projectId, reference.name);
  if (row) return row.id;
  throw unprocessable(reference.field, `there is none named "${reference.name}" in this project`);
}

/** The id of the operator's connection that is written `project/connection`; names of connections hold no slash. */
export async function requirePlatform(
  application: Pick<Application, 'change' | 'file'>,
  { field, name }: { readonly field: string; readonly name: string },
): Promise<string> {
  const slash = name.lastIndexOf('/');
  const project = await findProject(application, name.slice(0, slash));
  const row = await findNamed(application.change, aiProviders, project.id, name.slice(slash + 1));
  if (row?.access === 'platform') return row.id;
  throw unprocessable(field, `there is no connection of platform access named "${name}"`);
}
