import {
  type Dialect,
  fail,
  failure,
  type Failure,
  type Result,
  succeed,
} from '@tollgate/contracts';
import { parseBaseUrl } from '../connection-parts.ts';
import type { ConnectionParts, ProviderConnection } from '../provider.ts';
import { ollamaWire } from './ollama-wire.ts';

/** Dialects that are chat: on a native connection they are translated. */
const CHAT_DIALECTS: ReadonlySet<Dialect> = new Set<Dialect>([
  'openai-chat',
  'tollgate-chat',
  'tollgate-vision',
  'openai-responses',
]);

/** Whether the connection's config asks for Ollama's own API. */
export function isNative({ config }: ConnectionParts): boolean {
  return config.api === 'native';
}

/**
 * A connection whose chat goes to `/api/chat`; all else stays on the paths that Ollama shares with OpenAI.
 * @param shared the same connection on those paths
 */
export function nativeConnection(
  parts: ConnectionParts,
  shared: ProviderConnection,
): Result<ProviderConnection, Failure> {
  const url = parseBaseUrl(parts.baseUrl);
  if (!url) return fail(failure('provider.misconfigured', { internal: 'no base URL' }));
  const basePath = url.pathname.replace(/\/+$/, '').replace(/\/v1$/, '');
  const { credential } = parts;
  const authorization = credential ? ['authorization', `Bearer ${credential}`] : [];
  const headers = ['content-type', 'application/json', 'accept-encoding', 'identity'];
  return succeed({
    ...shared,
    dialects: new Set([...shared.dialects].filter((dialect) => !CHAT_DIALECTS.has(dialect))),
    chat: ollamaWire(`${basePath}/api/chat`, [...headers, ...authorization]),
  });
}
