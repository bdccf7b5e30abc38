import type { CacheMark } from '@tollgate/neutral';
import { isObject } from '../chat/fields.ts';
import { optional } from '../json/optional.ts';

/** `cache_control` on a part, a message, a call or a tool, as OpenRouter and LiteLLM take it from Anthropic. */
export function decodeCacheMark(value: unknown): CacheMark | undefined {
  if (!isObject(value) || value['type'] !== 'ephemeral') return undefined;
  const { ttl } = value;
  return optional('ttl', ttl === '5m' || ttl === '1h' ? ttl : undefined);
}
