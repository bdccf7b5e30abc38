import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { ProviderSlug } from '@tollgate/contracts';
import { type Conversation, Losses } from '@tollgate/neutral';
import { PROVIDERS } from '../../src/provider-registry.ts';
import type { ChatWire, ProviderConnection, WireRequest } from '../../src/index.ts';

export type Json = Readonly<Record<string, unknown>>;

export interface Recording {
  readonly url: string;
  readonly status: number;
  readonly kind: string;
  readonly path: string;
  readonly reqJson?: Json;
  readonly respText?: string;
}

export const FAMILY = [
  'openai',
  'azure',
  'mistral',
  'groq',
  'xai',
  'deepseek',
  'openrouter',
  'ollama',
] as const satisfies readonly ProviderSlug[];
export type Member = (typeof FAMILY)[number];

const folder = path.resolve(__dirname, '../../../../../shared/recordings');
export const hasRecordings = existsSync(folder);
if (!hasRecordings) console.warn(`skipped: there are no recordings in ${folder}`);

/** Recorded exchanges whose URL ends with that path. */
export function loadRecordings(slug: Member, ending: string): readonly Recording[] {
  if (!hasRecordings) return [];
  return readFileSync(path.join(folder, `${slug}.jsonl`), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line): Recording => JSON.parse(line))
    .filter(({ url, respText }) => pathOf(url).endsWith(ending) && respText !== undefined);
}

function pathOf(url: string): string {
  return url.replace(/\?.*$/, '');
}

export function connectionOf(slug: ProviderSlug): ProviderConnection {
  const baseUrl = PROVIDERS[slug].defaultBaseUrl ?? 'https://host.example';
  const connected = PROVIDERS[slug].connect({ baseUrl, config: {}, credential: 'key' });
  if (!connected.ok) throw new Error(connected.failure.internal);
  return connected.value;
}

export function chatWireOf(slug: ProviderSlug): ChatWire {
  const { chat } = connectionOf(slug);
  if (!chat) throw new Error(`${slug} has no chat`);
  return chat;
}

/** An empty conversation, but for what is given. */
export function wireRequestFor(
  slug: ProviderSlug,
  given: Partial<Conversation> = {},
  losses: Losses = new Losses('lenient', slug),
): WireRequest {
  return {
    conversation: { messages: [], others: {}, origin: 'openai-chat', ...given },
    model: 'm',
    stream: true,
    outputCap: null,
    losses,
    fetched: new Map(),
  };
}
