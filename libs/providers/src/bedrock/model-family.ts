/** Whose model it is: what Converse does not name goes to each of them in a way of its own. */
export type ModelFamily =
  | 'anthropic'
  | 'nova'
  | 'openai'
  | 'mistral'
  | 'cohere'
  | 'deepseek'
  | 'other'
  /** The id does not say, e.g. of an application's inference profile. */
  | 'unknown';

/** Reads it from a model's id, an inference profile's id (`us.anthropic.…`) or an ARN that ends with either. */
export function modelFamily(model: string): ModelFamily {
  const id = model.slice(model.lastIndexOf('/') + 1);
  for (const [pattern, family] of FAMILIES) if (pattern.test(id)) return family;
  return /^([a-z-]+\.)?[a-z0-9]+\.[a-z]/.test(id) ? 'other' : 'unknown';
}

/** Claude 4.6 and later decide themselves how long to think, and take an effort. */
export function thinksAdaptively(model: string): boolean {
  const found = /claude-(?:opus|sonnet|haiku|[a-z]+)-(\d+)(?:-(\d{1,2}))?(?!\d)/.exec(model);
  if (!found) return false;
  const [major, minor] = [Number(found[1]), Number(found[2] ?? 0)];
  return major > 4 || (major === 4 && minor >= 6);
}

const FAMILIES: readonly (readonly [RegExp, ModelFamily])[] = [
  [/(^|\.)anthropic\./, 'anthropic'],
  [/(^|\.)amazon\.nova/, 'nova'],
  [/(^|\.)openai\./, 'openai'],
  [/(^|\.)mistral\./, 'mistral'],
  [/(^|\.)cohere\./, 'cohere'],
  [/(^|\.)deepseek\./, 'deepseek'],
];
