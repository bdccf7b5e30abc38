import type { z } from 'zod';

/** Settings that are missing or wrong: all of them, in one error. */
export class SettingsError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(
      `The settings are not complete:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`,
    );
    this.name = 'SettingsError';
    this.problems = problems;
  }
}

/** What `process.env` looks like. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Parses the environment by a schema whose keys are the variables' names. An empty variable counts as not set.
 * Problems name the variable and never show its value, which may be a secret.
 * @throws SettingsError naming everything that is missing or wrong
 */
export function loadSettings<S extends z.ZodObject>(
  schema: S,
  environment: Environment,
): z.infer<S> {
  const given: Record<string, string> = {};
  for (const name of Object.keys(schema.shape)) {
    const value = environment[name];
    if (value !== undefined && value !== '') given[name] = value;
  }
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  throw new SettingsError(
    parsed.error.issues.map((issue) => {
      const name = String(issue.path[0] ?? '');
      return given[name] === undefined ? `${name} is missing` : `${name}: ${issue.message}`;
    }),
  );
}
