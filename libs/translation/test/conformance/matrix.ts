import type { ChatDialect, ProviderSlug } from '@tollgate/contracts';
import { CHAT_CODECS } from '@tollgate/dialects';
import {
  type ClientRequest,
  connectionFor,
  defaultBaseUrl,
  type ProviderConnection,
  PROVIDERS,
} from '@tollgate/providers';
import { callWire, passesThrough } from '../../src/call-wire.ts';
import { CONTENT_FEATURES } from './content-features.ts';
import { type Client, CLIENTS, type Feature, FETCHED } from './feature.ts';
import { SETTING_FEATURES } from './setting-features.ts';
import { TOOL_FEATURES } from './tool-features.ts';

/** What must survive the crossing from any dialect to any provider, or be named. */
export const FEATURES: readonly Feature[] = [
  ...CONTENT_FEATURES,
  ...TOOL_FEATURES,
  ...SETTING_FEATURES,
];

export interface Target {
  readonly name: string;
  readonly provider: ProviderSlug;
  readonly model: string;
  readonly config?: Readonly<Record<string, unknown>>;
}

/** One connection for each wire, with a model that can do most. */
export const TARGETS: readonly Target[] = [
  { name: 'openai', provider: 'openai', model: 'gpt-5.1' },
  {
    name: 'openai (responses)',
    provider: 'openai',
    model: 'gpt-5.1',
    config: { api: 'responses' },
  },
  {
    name: 'azure',
    provider: 'azure',
    model: 'gpt-5.1',
    config: { apiVersion: '2025-04-01-preview' },
  },
  { name: 'anthropic', provider: 'anthropic', model: 'claude-sonnet-4-6' },
  { name: 'google', provider: 'google', model: 'gemini-3-pro-preview' },
  {
    name: 'vertex (Claude)',
    provider: 'google',
    model: 'claude-sonnet-4-6',
    config: { vertex: { project: 'p', location: 'global' } },
  },
  {
    name: 'vertex (open models)',
    provider: 'google',
    model: 'openai/gpt-oss-120b-maas',
    config: { vertex: { project: 'p', location: 'global' } },
  },
  {
    name: 'bedrock',
    provider: 'bedrock',
    model: 'anthropic.claude-sonnet-4-20250514-v1:0',
    config: { region: 'eu-central-1' },
  },
  {
    name: 'bedrock (Nova)',
    provider: 'bedrock',
    model: 'amazon.nova-pro-v1:0',
    config: { region: 'eu-central-1' },
  },
  { name: 'mistral', provider: 'mistral', model: 'mistral-large-latest' },
  { name: 'groq', provider: 'groq', model: 'openai/gpt-oss-120b' },
  { name: 'xai', provider: 'xai', model: 'grok-4' },
  { name: 'deepseek', provider: 'deepseek', model: 'deepseek-reasoner' },
  { name: 'openrouter', provider: 'openrouter', model: 'anthropic/claude-sonnet-4.5' },
  { name: 'ollama', provider: 'ollama', model: 'qwen3' },
  { name: 'ollama (native)', provider: 'ollama', model: 'qwen3', config: { api: 'native' } },
];

/** What becomes of a feature: `lost` is what no codec may do. */
export type Outcome =
  | { readonly kind: 'none' | 'passed' | 'exact' | 'lost' }
  | { readonly kind: 'adapted' | 'dropped'; readonly names: readonly string[] }
  | { readonly kind: 'refused'; readonly name: string };

const PLAIN: Readonly<Record<Client, Readonly<Record<string, unknown>>>> = {
  'openai-chat': { model: 'm', messages: [{ role: 'user', content: 'Go' }] },
  'openai-responses': { model: 'm', input: 'Go' },
  'anthropic-messages': {
    model: 'm',
    max_tokens: 100,
    messages: [{ role: 'user', content: 'Go' }],
  },
  'gemini-generate': { contents: [{ role: 'user', parts: [{ text: 'Go' }] }] },
};

/** Encodes the feature as the client says it and looks for it in what would be sent. */
export function outcomeOf(feature: Feature, client: Client, target: Target): Outcome {
  const says = feature.says[client];
  if (!says) return { kind: 'none' };
  const request = requestOf(client, { ...PLAIN[client], ...says });
  const connection = connectionFor(connect(target), target.model);
  if (passesThrough(connection, request)) return { kind: 'passed' };
  const wire = callWire(connection, request, {
    policy: 'lenient',
    provider: target.provider,
    nowS: () => 0,
  });
  if (!wire.ok) return { kind: 'refused', name: wire.failure.param ?? wire.failure.message };
  const fetched = new Map((wire.value.mediaToFetch ?? []).map((url) => [url, FETCHED]));
  const encoded = wire.value.encodeRequest(request, target.model, fetched);
  if (!encoded.ok)
    return { kind: 'refused', name: encoded.failure.param ?? encoded.failure.message };
  const sent = Buffer.from(encoded.value.body).toString();
  const names = encoded.value.droppedParams;
  const isThere = feature.marks.every((mark) => mark.test(sent));
  if (isThere) return names.length > 0 ? { kind: 'adapted', names } : { kind: 'exact' };
  return names.length > 0 ? { kind: 'dropped', names } : { kind: 'lost' };
}

function requestOf(client: ChatDialect, body: Readonly<Record<string, unknown>>): ClientRequest {
  return {
    dialect: client,
    operation: 'chat',
    body: Buffer.from(JSON.stringify(body)),
    stream: false,
    usageAsked: false,
    modelAsked: 'm',
    outputCap: null,
    requestId: 'req_conformance',
  };
}

export function connect(target: Target): ProviderConnection {
  const config = target.config ?? {};
  const baseUrl = defaultBaseUrl(target.provider, config) ?? 'https://upstream.example';
  const credential =
    target.provider === 'bedrock'
      ? JSON.stringify({ accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'example' })
      : 'sk-example';
  const connection = PROVIDERS[target.provider].connect({ baseUrl, config, credential });
  if (!connection.ok) throw new Error(`${target.name}: ${connection.failure.internal}`);
  return connection.value;
}

/** The matrix as Markdown: a table for each client, a row for each feature. */
export function renderMatrix(): string {
  return CLIENTS.filter((client) => client in CHAT_CODECS)
    .map((client) => `## From \`${client}\`\n\n${renderTable(client)}`)
    .join('\n\n');
}

function renderTable(client: Client): string {
  const rows = FEATURES.filter((feature) => feature.says[client]).map((feature) => [
    feature.name,
    ...TARGETS.map((target) => describeOutcome(outcomeOf(feature, client, target))),
  ]);
  const head = ['', ...TARGETS.map(({ name }) => name)];
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function describeOutcome(outcome: Outcome): string {
  switch (outcome.kind) {
    case 'none':
      return '–';
    case 'passed':
      return 'passes through';
    case 'exact':
      return 'exact';
    case 'adapted':
      return `exact but for ${code(outcome.names)}`;
    case 'dropped':
      return `dropped: ${code(outcome.names)}`;
    case 'refused':
      return `refused: ${code([outcome.name])}`;
    case 'lost':
      return '**LOST**';
  }
}

function code(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(', ');
}
