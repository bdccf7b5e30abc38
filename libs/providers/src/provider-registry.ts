import type { ProviderSlug } from '@tollgate/contracts';
import { anthropic } from './anthropic/anthropic.provider.ts';
import { azure } from './azure/azure.provider.ts';
import { bedrock } from './bedrock/bedrock.provider.ts';
import { custom } from './custom/custom.provider.ts';
import { deepseek } from './deepseek/deepseek.provider.ts';
import { gateway } from './gateway/gateway.provider.ts';
import { googleBaseUrl } from './google/endpoint.ts';
import { google } from './google/google.provider.ts';
import { groq } from './groq/groq.provider.ts';
import { mistral } from './mistral/mistral.provider.ts';
import { ollama } from './ollama/ollama.provider.ts';
import { openai } from './openai/openai.provider.ts';
import { openrouter } from './openrouter/openrouter.provider.ts';
import type { Provider } from './provider.ts';
import { xai } from './xai/xai.provider.ts';

/** Every vendor by its slug. */
export const PROVIDERS = {
  openai,
  azure,
  mistral,
  groq,
  xai,
  deepseek,
  openrouter,
  ollama,
  gateway,
  custom,
  anthropic,
  google,
  bedrock,
} as const satisfies Record<ProviderSlug, Provider>;

/** Where a vendor listens when the operator gives no base URL; null when one is required. */
export function defaultBaseUrl(
  slug: ProviderSlug,
  config: Readonly<Record<string, unknown>> = {},
): string | null {
  if (slug === 'bedrock' && typeof config.region === 'string' && REGION.test(config.region))
    return `https://bedrock-runtime.${config.region}.amazonaws.com`;
  if (slug === 'google') return googleBaseUrl(config);
  return PROVIDERS[slug].defaultBaseUrl;
}

const REGION = /^[a-z0-9-]{1,32}$/;
