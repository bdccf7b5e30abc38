import type { ConfigChange } from '../config-publishing/config-changes.ts';
import { createAiProvider, patchAiProvider } from '../ai-providers/ai-provider-writes.ts';
import {
  aiProviders,
  credits,
  exchangeRates,
  organizations,
  projects,
  routes,
  secrets,
} from '../database/tables.ts';
import { createCredit } from '../credits/credit-writes.ts';
import type { OrganizationRow, Target } from '../domain/rows.ts';
import { putExchangeRate } from '../exchange-rates/put-exchange-rate.ts';
import { unprocessable } from '../http/problem.ts';
import { createOrganization, patchOrganization } from '../organizations/organization-writes.ts';
import type { CreateOrganization } from '../organizations/organization.schema.ts';
import { createProject, patchProject } from '../projects/project-writes.ts';
import { publishIfChanged } from '../routes/publish-route.ts';
import { withTargetDefaults } from '../routes/route.schema.ts';
import { createRoute, patchRoute } from '../routes/route-writes.ts';
import { createSecret, patchSecret } from '../secrets/secret-writes.ts';
import type { Application, Effect } from './apply-config-file.ts';
import type {
  DeclaredAiProvider,
  DeclaredCredit,
  DeclaredProject,
  DeclaredRoute,
  DeclaredSecret,
} from './config-file.schema.ts';
import { effectOf } from './effect-of.ts';
import { findNamed, findProject, requireNamed, requirePlatform } from './find-by-name.ts';
import { readReference } from './read-reference.ts';

export async function applyRate(
  { change }: Application,
  currency: string,
  usdPerUnit: string,
): Promise<Effect> {
  const existing = await change.manager.findOneBy(exchangeRates, { currency });
  await putExchangeRate(change, currency, usdPerUnit);
  if (!existing) return 'created';
  return existing.usdPerUnit === usdPerUnit ? 'unchanged' : 'changed';
}

export async function applyOrganization(
  { change }: Application,
  declared: CreateOrganization,
): Promise<Effect> {
  const existing = await change.manager.findOneBy(organizations, { name: declared.name });
  if (existing) return effectOf(existing, await patchOrganization(change, existing.id, declared));
  await createOrganization(change, declared);
  return 'created';
}

/** Nobody is asked what is spent: to take credits back, the file must allow it to be below that. */
export async function applyCredit(
  { change }: Application,
  { organization, ...credit }: DeclaredCredit,
): Promise<Effect> {
  const owner = await requireOrganization(change, organization);
  const { reference } = credit;
  const isBooked = await change.manager.existsBy(credits, { organizationId: owner.id, reference });
  await createCredit(change, owner.id, credit, null);
  return isBooked ? 'unchanged' : 'created';
}

export async function applyProject(
  { change }: Application,
  declared: DeclaredProject,
): Promise<Effect> {
  const { organization, ...fields } = declared;
  const owner = await requireOrganization(change, organization);
  const where = { organizationId: owner.id, name: fields.name };
  const existing = await change.manager.findOneBy(projects, where);
  if (existing) return effectOf(existing, await patchProject(change, existing.id, fields));
  await createProject(change, { organizationId: owner.id, ...fields });
  return 'created';
}

async function requireOrganization(
  { manager }: ConfigChange,
  name: string,
): Promise<OrganizationRow> {
  const owner = await manager.findOneBy(organizations, { name });
  if (!owner) throw unprocessable('organization', `there is none named "${name}"`);
  return owner;
}

export async function applySecret(
  application: Application,
  declared: DeclaredSecret,
): Promise<Effect> {
  const { change, ring } = application;
  const project = await findProject(application, declared.project);
  const value = await readReference(application, declared);
  const existing = await findNamed(change, secrets, project.id, declared.name);
  if (existing) return effectOf(existing, await patchSecret(change, ring, existing.id, { value }));
  await createSecret(change, ring, { projectId: project.id, name: declared.name, value });
  return 'created';
}

export async function applyAiProvider(
  application: Application,
  declared: DeclaredAiProvider,
): Promise<Effect> {
  const { change } = application;
  const { project: projectName, secret, ...fields } = declared;
  const project = await findProject(application, projectName);
  const secretId =
    typeof secret === 'string'
      ? await requireNamed(change, secrets, project.id, { field: 'secret', name: secret })
      : secret;
  const existing = await findNamed(change, aiProviders, project.id, fields.name);
  if (existing)
    return effectOf(existing, await patchAiProvider(change, existing.id, { ...fields, secretId }));
  await createAiProvider(change, { projectId: project.id, ...fields, secretId });
  return 'created';
}

/** Published whenever what is in force says something else. */
export async function applyRoute(
  application: Application,
  declared: DeclaredRoute,
): Promise<Effect> {
  const { change } = application;
  const { project: projectName, targets: declaredTargets, ...fields } = declared;
  const project = await findProject(application, projectName);
  const targets: Target[] = [];
  for (const [index, { aiProvider, ...target }] of declaredTargets.entries()) {
    const reference = { field: `targets.${index}.aiProvider`, name: aiProvider };
    const aiProviderId = aiProvider.includes('/')
      ? await requirePlatform(application, reference)
      : await requireNamed(change, aiProviders, project.id, reference);
    targets.push(withTargetDefaults(aiProviderId, target));
  }
  const existing = await findNamed(change, routes, project.id, fields.name);
  const route = existing
    ? await patchRoute(change, existing.id, { ...fields, targets })
    : await createRoute(change, { projectId: project.id, ...fields, targets });
  const isPublished = await publishIfChanged(change, route);
  if (!existing) return 'created';
  return isPublished ? 'changed' : effectOf(existing, route);
}
