import type { ProviderSlug } from '@tollgate/contracts';

/** Our slug to the catalogue's provider id. Null: whoever runs it sets the price, so the catalogue has none. */
const CATALOGUE_IDS = {
  openai: 'openai',
  anthropic: 'anthropic',
  google: 'google',
  xai: 'x-ai',
  groq: 'groq',
  ollama: null,
  azure: 'azure',
  bedrock: 'aws',
  mistral: 'mistral',
  deepseek: 'deepseek',
  openrouter: 'openrouter',
  gateway: null,
  custom: null,
} as const satisfies Record<ProviderSlug, string | null>;

export type CatalogueId = Exclude<(typeof CATALOGUE_IDS)[ProviderSlug], null>;

/** Undefined where the catalogue holds no prices for the provider, or does not know it. */
export function catalogueIdOf(provider: string): CatalogueId | undefined {
  if (!Object.hasOwn(CATALOGUE_IDS, provider)) return undefined;
  return CATALOGUE_IDS[provider as ProviderSlug] ?? undefined; // `hasOwn` proved the key
}

/**
 * The model's own name, out of the resource names that Google (`models/…`, `publishers/google/models/…`,
 * `projects/…/models/…`) and Bedrock (`arn:aws:bedrock:…/…`) also accept. An ARN of an application's own inference
 * profile names no model and stays unknown.
 */
export function bareModelName(provider: string, model: string): string {
  const isResource =
    (provider === 'google' && /(?:^|\/)models\//.test(model)) ||
    (provider === 'bedrock' && model.startsWith('arn:'));
  return isResource ? model.slice(model.lastIndexOf('/') + 1) : model;
}
