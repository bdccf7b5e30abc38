import { fail, type Result, succeed } from '@tollgate/contracts';
import type { Environment } from '@tollgate/env';
import type { KeyRing } from '@tollgate/secrets';
import type { ConfigChange, ConfigChanges } from '../config-publishing/config-changes.ts';
import { Problem } from '../http/problem.ts';
import { applyKey } from './apply-key.ts';
import { applyWebhook } from './apply-webhook.ts';
import {
  applyAiProvider,
  applyCredit,
  applyOrganization,
  applyProject,
  applyRate,
  applyRoute,
  applySecret,
} from './apply-resources.ts';
import type { ConfigFile, DeclaredCredit, DeclaredWebhook } from './config-file.schema.ts';
import {
  type ConfigFileProblem,
  type ParsedConfigFile,
  parseConfigFile,
} from './parse-config-file.ts';

export interface ApplyDependencies {
  readonly changes: ConfigChanges;
  readonly ring: KeyRing;
  /** What `fromEnv` and `textFromEnv` name. */
  readonly environment: Environment;
  /** What `fromFile` names; throws when it cannot be read. */
  readonly readText: (path: string) => Promise<string>;
}

/** What became of one resource that the file names. */
export type Effect = 'created' | 'changed' | 'unchanged';

/** A resource of the file: where it stands and what it is called there. */
export interface AppliedResource {
  readonly section: string;
  readonly name: string;
  /** As the file names it; missing for what belongs to no project. */
  readonly project?: string;
}

export interface AppliedConfig {
  readonly created: readonly AppliedResource[];
  readonly changed: readonly AppliedResource[];
  /** Keys that were made with a text of their own, which is told this once. */
  readonly createdKeys: readonly { project: string; name: string; key: string }[];
}

/** Everything that one application of a file works with. */
export interface Application extends ApplyDependencies {
  readonly change: ConfigChange;
  readonly file: ConfigFile;
  readonly createdKeys: { project: string; name: string; key: string }[];
}

/** A problem that has found its place in the file; ends the transaction. */
class Misplaced extends Error {
  constructor(readonly problems: ConfigFileProblem[]) {
    super('the file cannot be applied');
  }
}

/**
 * Brings the resources that a `tollgate.yaml` names to what it says: all of them or, when anything is wrong, none.
 * Applying the same file again changes nothing. What the file does not name is left alone.
 */
export async function applyConfigFile(
  text: string,
  dependencies: ApplyDependencies,
): Promise<Result<AppliedConfig, ConfigFileProblem[]>> {
  const parsed = parseConfigFile(text);
  if (!parsed.ok) return parsed;
  const { file } = parsed.value;
  const createdKeys: Application['createdKeys'] = [];
  try {
    const effects = await dependencies.changes.run((change) =>
      applyAll(parsed.value, { ...dependencies, change, file, createdKeys }),
    );
    return succeed({ ...effects, createdKeys });
  } catch (error) {
    if (error instanceof Misplaced) return fail(error.problems);
    throw error;
  }
}

/** In the order in which resources lean on each other. */
async function applyAll(
  parsed: ParsedConfigFile,
  application: Application,
): Promise<Omit<AppliedConfig, 'createdKeys'>> {
  const { file } = parsed;
  const effects = { created: [] as AppliedResource[], changed: [] as AppliedResource[] };
  const note = (effect: Effect, resource: AppliedResource): void => {
    if (effect !== 'unchanged') effects[effect].push(resource);
  };
  const each = async <T extends { readonly name: string; readonly project?: string }>(
    section: string,
    items: readonly T[] | undefined,
    apply: (application: Application, item: T) => Promise<Effect>,
  ): Promise<void> => {
    for (const [index, item] of (items ?? []).entries()) {
      const effect = await placed(parsed, `${section}.${index}`, () => apply(application, item));
      const { name, project } = item;
      note(effect, { section, name, ...(project === undefined ? {} : { project }) });
    }
  };
  for (const [currency, rate] of Object.entries(file.exchangeRates ?? {})) {
    const apply = () => applyRate(application, currency, rate);
    note(await placed(parsed, 'exchangeRates', apply), {
      section: 'exchangeRates',
      name: currency,
    });
  }
  await each('organizations', file.organizations, applyOrganization);
  await each('credits', file.credits?.map(referenced), (_, item) =>
    applyCredit(application, item.declared),
  );
  await each('projects', file.projects, applyProject);
  await each('secrets', file.secrets, applySecret);
  await each('aiProviders', file.aiProviders, applyAiProvider);
  await each('routes', file.routes, applyRoute);
  await each('keys', file.keys, applyKey);
  await each('webhooks', file.webhooks?.map(named), (_, item) =>
    applyWebhook(application, item.declared),
  );
  return effects;
}

function referenced(declared: DeclaredCredit) {
  return { name: `${declared.organization}/${declared.reference}`, declared };
}

/** Told by its host: the rest of a URL may be what keeps others from calling it. */
function named(declared: DeclaredWebhook) {
  return { name: new URL(declared.url).host, project: declared.project, declared };
}

/** What is wrong with an item is said at the item's place in the file. */
async function placed(
  parsed: ParsedConfigFile,
  path: string,
  apply: () => Promise<Effect>,
): Promise<Effect> {
  try {
    return await apply();
  } catch (error) {
    if (!(error instanceof Problem) || error.status >= 500) throw error;
    const errors = error.errors ?? [{ field: '', message: error.detail }];
    throw new Misplaced(
      errors.map(({ field, message }) => parsed.locate(field ? `${path}.${field}` : path, message)),
    );
  }
}
