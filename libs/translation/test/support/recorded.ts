import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { ProviderSlug } from '@tollgate/contracts';
import { connectionFor, PROVIDERS, type ProviderConnection } from '@tollgate/providers';

/** A recorded answer to a chat request. */
export interface RecordedChat {
  readonly index: number;
  readonly isStreamed: boolean;
  readonly body: Buffer;
}

/** The chats of one provider on one endpoint. */
export interface RecordedSource {
  /** The file, without its ending. */
  readonly file: string;
  readonly endpoints: readonly string[];
  readonly provider: ProviderSlug;
  readonly config?: Readonly<Record<string, unknown>>;
  /** Where the wire goes by the model's name. */
  readonly model?: string;
}

export const SOURCES: readonly RecordedSource[] = [
  ...(
    ['openai', 'azure', 'mistral', 'groq', 'xai', 'deepseek', 'openrouter', 'ollama'] as const
  ).map(
    (provider): RecordedSource => ({
      file: provider,
      endpoints: ['chat/completions'],
      provider,
      ...(provider === 'azure' ? { config: { apiVersion: '2025-04-01-preview' } } : {}),
    }),
  ),
  ...(['openai', 'xai', 'openrouter', 'deepseek'] as const).map(
    (provider): RecordedSource => ({
      file: provider,
      endpoints: ['responses'],
      provider,
      config: { api: 'responses' },
    }),
  ),
  { file: 'anthropic', endpoints: ['messages'], provider: 'anthropic' },
  { file: 'gemini', endpoints: ['generateContent', 'streamGenerateContent'], provider: 'google' },
  { file: 'vertex', endpoints: ['generateContent', 'streamGenerateContent'], provider: 'google' },
  {
    file: 'vertex',
    endpoints: ['rawPredict', 'streamRawPredict'],
    provider: 'google',
    config: { vertex: { project: 'p', location: 'us-east5' } },
    model: 'claude-3-7-sonnet@20250219',
  },
  {
    file: 'bedrock',
    endpoints: ['converse', 'converse-stream'],
    provider: 'bedrock',
    config: { region: 'us-east-1' },
  },
  { file: 'ollama', endpoints: ['api/chat'], provider: 'ollama', config: { api: 'native' } },
];

/** Beside the checkout; undefined where it is absent. */
export function recordingsFolder(): string | undefined {
  const folder = path.resolve(__dirname, '../../../../../shared/recordings');
  return existsSync(folder) ? folder : undefined;
}

interface Line {
  readonly endpoint: string;
  readonly status: number;
  readonly kind: string;
  readonly respText?: string;
  readonly respB64?: string;
}

/** The answers that succeeded. Google's JSON arrays are left out: Tollgate never asks for them. */
export function readChats(folder: string, source: RecordedSource): readonly RecordedChat[] {
  const text = readFileSync(path.join(folder, `${source.file}.jsonl`), 'utf8');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line): Line => JSON.parse(line))
    .filter(({ endpoint, status }) => source.endpoints.includes(endpoint) && status === 200)
    .filter(({ endpoint, kind }) => !(endpoint === 'streamGenerateContent' && kind === 'json'))
    .map(({ kind, respText, respB64 }, index) => ({
      index,
      isStreamed: kind !== 'json',
      body: respB64 === undefined ? Buffer.from(respText ?? '') : Buffer.from(respB64, 'base64'),
    }));
}

/** Without dialects of its own, so that each call is translated. */
export function connectionOf({
  provider,
  config = {},
  model = '',
}: RecordedSource): ProviderConnection {
  const credential =
    provider === 'bedrock'
      ? JSON.stringify({ accessKeyId: 'AKIA0', secretAccessKey: 'secret' })
      : 'credential';
  const baseUrl = 'https://provider.example/v1';
  const connected = PROVIDERS[provider].connect({ baseUrl, config, credential });
  if (!connected.ok) throw new Error(connected.failure.internal);
  return { ...connectionFor(connected.value, model), dialects: new Set<never>() };
}
