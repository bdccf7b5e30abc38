import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { ProviderSlug } from '@tollgate/contracts';
import { PROVIDERS } from '../src/provider-registry.ts';
import { stream } from '../src/provider.contract.ts';
import type { ClientRequest, ProviderConnection } from '../src/provider.ts';

interface Recording {
  readonly url: string;
  readonly status: number;
  readonly kind: string;
  readonly path: string;
  readonly reqJson?: { model?: string; stream_options?: { include_usage?: boolean } };
  readonly respText?: string;
}

const FAMILY = [
  'openai',
  'azure',
  'mistral',
  'groq',
  'xai',
  'deepseek',
  'openrouter',
  'ollama',
] as const satisfies readonly ProviderSlug[];

const BASE_URLS: Partial<Record<ProviderSlug, string>> = { azure: 'https://x.openai.azure.com' };

const folder = path.resolve(__dirname, '../../../../shared/recordings');
const isHere = existsSync(folder);
if (!isHere) console.warn(`skipped: there are no recordings in ${folder}`);

function load(slug: string): Recording[] {
  return readFileSync(path.join(folder, `${slug}.jsonl`), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line): Recording => JSON.parse(line))
    .filter(({ url, respText }) => url.includes('/chat/completions') && respText !== undefined);
}

function connect(slug: ProviderSlug): ProviderConnection {
  const baseUrl = BASE_URLS[slug] ?? PROVIDERS[slug].defaultBaseUrl ?? '';
  const connected = PROVIDERS[slug].connect({ baseUrl, config: {}, credential: 'key' });
  if (!connected.ok) throw new Error(connected.failure.internal);
  return connected.value;
}

const requestFor = (recording: Recording, isStream: boolean): ClientRequest => ({
  dialect: 'openai-chat',
  operation: 'chat',
  body: Buffer.from(JSON.stringify(recording.reqJson ?? {})),
  stream: isStream,
  usageAsked: recording.reqJson?.stream_options?.include_usage === true,
  modelAsked: recording.reqJson?.model ?? null,
  outputCap: null,
});

/** What a plain reader of the whole text sees. */
function readPlainly(text: string): { usage: boolean; finish: string | null; tokens: number } {
  let usage = false;
  let tokens = 0;
  let finish: string | null = null;
  for (const line of text.split(/\r\n|\n|\r/)) {
    if (!line.startsWith('data:') || line.includes('[DONE]')) continue;
    const value = JSON.parse(line.slice(5));
    finish ??=
      value.choices?.find((c: { finish_reason?: string }) => c.finish_reason)?.finish_reason ??
      null;
    const counts = value.usage ?? value.x_groq?.usage;
    if (counts) {
      usage = true;
      tokens = counts.prompt_tokens;
    }
  }
  return { usage, finish, tokens };
}

const counts: Record<string, { unary: number; streamed: number; refused: number }> = {};

(isHere ? describe : describe.skip).each(FAMILY)('recorded answers of %s', (slug) => {
  const connection = connect(slug);
  const recordings = isHere ? load(slug) : [];
  const tally = { unary: 0, streamed: 0, refused: 0 };
  counts[slug] = tally;

  it('decode when whole', () => {
    for (const recording of recordings.filter(
      ({ kind, status }) => kind === 'json' && status === 200,
    )) {
      const body = Buffer.from(recording.respText ?? '');
      const decoded = connection.decodeResponse(requestFor(recording, false), body);
      const answer = JSON.parse(recording.respText ?? '');
      expect(decoded).toMatchObject({ ok: true });
      if (!decoded.ok) continue;
      expect(decoded.body).toBe(body);
      expect(decoded.facts.finishReason).toBe(answer.choices[0].finish_reason);
      expect(decoded.facts.usage).toMatchObject({ inputTokens: answer.usage.prompt_tokens });
      tally.unary++;
    }
  });

  it('decode when streamed in any slices, and pass through unchanged', () => {
    for (const recording of recordings.filter(
      ({ kind, status }) => kind === 'sse' && status === 200,
    )) {
      const text = recording.respText ?? '';
      const bytes = Buffer.from(text);
      const plain = readPlainly(text);
      const asked = { ...requestFor(recording, true), usageAsked: true };
      const whole = stream(connection, asked, bytes);
      expect({ path: recording.path, ...whole }).toMatchObject({ phase: 'finished', code: null });
      expect(whole.finishReason).toBe(plain.finish);
      if (plain.usage) expect(whole.usage).toMatchObject({ inputTokens: plain.tokens });
      // Recordings may lack the line breaks at the very end, which are added.
      expect((whole.given + whole.tail).trimEnd()).toBe(text.trimEnd());
      for (const size of [1, 997]) expect(stream(connection, asked, bytes, [size])).toEqual(whole);
      const hidden = stream(connection, { ...asked, usageAsked: false }, bytes, [997]);
      expect(hidden.given + hidden.tail).toBe(withoutUsageChunk(whole.given + whole.tail));
      tally.streamed++;
    }
  });

  it('decode when refused', () => {
    for (const { respText = '', status } of recordings.filter((r) => r.status >= 400)) {
      const body = Buffer.from(respText);
      const { code } = connection.decodeFailure({ status, headers: {}, body }, 0);
      const expected: Record<number, RegExp> = {
        400: /bad_request|context_too_long/,
        401: /rejected_credentials/,
        404: /unknown_model/,
        429: /rate_limited/,
      };
      expect(code).toMatch(expected[status] ?? /never/);
      if (/context length|prompt too long/.test(respText)) expect(code).toMatch('context_too_long');
      tally.refused++;
    }
  });
});

(isHere ? it : it.skip)('counts what was replayed', () => {
  console.table(counts);
  for (const { unary, streamed } of Object.values(counts)) {
    expect(unary).toBeGreaterThan(0);
    expect(streamed).toBeGreaterThan(0);
  }
});

function withoutUsageChunk(text: string): string {
  return text
    .split(/(?<=\n\n|\r\n\r\n)/)
    .filter((event) => {
      const data = /^data:(.*)/m.exec(event)?.[1]?.trim();
      if (data === undefined || data === '[DONE]') return true;
      const value = JSON.parse(data);
      return !(value.usage && value.choices?.length === 0);
    })
    .join('');
}
