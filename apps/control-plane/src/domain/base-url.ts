import type { ProviderSlug } from '@tollgate/contracts';
import type { AiProviderRow } from './rows.ts';

/** Where a vendor's own SDK calls when it is given no base URL. Null: the operator must say. */
const VENDOR_BASE_URLS = {
  openai: 'https://api.openai.com/v1',
  mistral: 'https://api.mistral.ai/v1',
  xai: 'https://api.x.ai/v1',
  deepseek: 'https://api.deepseek.com/v1',
  groq: 'https://api.groq.com/openai/v1',
  openrouter: 'https://openrouter.ai/api/v1',
  anthropic: 'https://api.anthropic.com',
  google: 'https://generativelanguage.googleapis.com',
  ollama: 'http://127.0.0.1:11434',
  bedrock: null,
  azure: null,
  gateway: null,
  custom: null,
} as const satisfies Record<ProviderSlug, string | null>;

const REGION = /^[a-z0-9-]{2,40}$/;

/** The base URL of a connection, without a slash at its end; undefined where the operator must give one and has not. */
export function resolveBaseUrl(
  connection: Pick<AiProviderRow, 'provider' | 'baseUrl' | 'config'>,
): string | undefined {
  if (connection.baseUrl !== null) return connection.baseUrl.replace(/\/+$/, '');
  if (connection.provider === 'bedrock') {
    const region = connection.config?.['region'];
    return typeof region === 'string' && REGION.test(region)
      ? `https://bedrock-runtime.${region}.amazonaws.com`
      : undefined;
  }
  return VENDOR_BASE_URLS[connection.provider] ?? undefined;
}
