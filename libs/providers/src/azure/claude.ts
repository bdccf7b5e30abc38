import { readHeaderParts } from '../anthropic/headers.ts';
import { messagesConnection } from '../anthropic/messages-connection.ts';
import type { ConnectionParts, ProviderConnection } from '../provider.ts';

/** Deployments are named as operators like; by default they bear the model's name. */
const CLAUDE = /claude/i;

export function isClaude(deployment: string): boolean {
  return CLAUDE.test(deployment);
}

/**
 * Claude in Foundry: Anthropic's own API below `/anthropic` of the same resource, with the resource's key or Entra's tokens
 * (platform.claude.com/docs/en/build-with-claude/claude-in-microsoft-foundry, 2026-11). The resource must be named by its
 * `services.ai.azure.com` host.
 */
export function foundryClaude(
  { origin, signing }: ProviderConnection,
  parts: ConnectionParts,
): ProviderConnection {
  const credential = signing === null ? parts.credential : null;
  const root = new URL(parts.baseUrl).pathname.replace(BELOW_THE_RESOURCE, '');
  return messagesConnection({
    origin,
    path: `${root}/anthropic/v1/messages`,
    headerParts: { ...readHeaderParts({ ...parts, credential }), keyHeader: 'api-key' },
    signing,
    modelList: null,
  });
}

/** What base URLs of the resource end with. */
const BELOW_THE_RESOURCE = /(?:\/openai(?:\/v1)?|\/models|\/anthropic(?:\/v1)?)?\/*$/;
