/** How many failed requests of a project are told of within a minute. */
export const TOLD_A_MINUTE = 10;

export interface MinuteSoFar {
  readonly told: number;
  readonly omitted: number;
  /** By the code that the caller got. */
  readonly omittedByCode: Readonly<Record<string, number>>;
}

export interface Sampled<T> {
  readonly tell: readonly T[];
  readonly minute: MinuteSoFar;
}

/** The first of each minute are told of, the others counted. */
export function sampleFailures<T extends { readonly code: string | null }>(
  before: MinuteSoFar,
  failures: readonly T[],
  most: number = TOLD_A_MINUTE,
): Sampled<T> {
  const tell = failures.slice(0, Math.max(0, most - before.told));
  const omitted = failures.slice(tell.length);
  const omittedByCode: Record<string, number> = { ...before.omittedByCode };
  for (const { code } of omitted) {
    const name = code ?? 'unknown';
    omittedByCode[name] = (omittedByCode[name] ?? 0) + 1;
  }
  return {
    tell,
    minute: {
      told: before.told + tell.length,
      omitted: before.omitted + omitted.length,
      omittedByCode,
    },
  };
}
