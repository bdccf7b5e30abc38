import type { KeyPolicy, ProjectModels } from '@tollgate/contracts';
import { isAllowed } from './model-allowlist.ts';

/** A model as OpenAI lists it. */
export interface ListedModel {
  readonly id: string;
  readonly object: 'model';
  /** Seconds since the epoch. */
  readonly created: number;
  readonly owned_by: string;
}

/** The models that the key may ask for, then the project's routes. Each name stands once. */
export function listModels(policy: KeyPolicy, project: ProjectModels | null): ListedModel[] {
  const listed = new Map<string, ListedModel>();
  for (const model of project?.models ?? []) {
    if (listed.has(model.name) || !isAllowed(policy.modelAllowlist, model)) continue;
    listed.set(model.name, show(model.name, model.createdAt, model.provider));
  }
  for (const { name, createdAt } of project?.routes ?? []) {
    if (!listed.has(name)) listed.set(name, show(name, createdAt, 'tollgate'));
  }
  return [...listed.values()];
}

/** Finds a model by any of the names that a request may use for it. */
export function findModel(
  policy: KeyPolicy,
  project: ProjectModels | null,
  name: string,
): ListedModel | null {
  const listed = listModels(policy, project).find(({ id }) => id === name);
  if (listed) return listed;
  const qualified = project?.models.find(
    (model) =>
      isAllowed(policy.modelAllowlist, model) &&
      (`${model.provider}/${model.name}` === name ||
        `${model.connectionName}/${model.name}` === name),
  );
  return qualified ? show(name, qualified.createdAt, qualified.provider) : null;
}

function show(id: string, createdAt: number, ownedBy: string): ListedModel {
  return { id, object: 'model', created: Math.floor(createdAt / 1_000), owned_by: ownedBy };
}
