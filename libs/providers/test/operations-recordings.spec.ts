import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Dialect, Operation, ProviderSlug } from '@tollgate/contracts';
import OpenAI from 'openai';
import { PROVIDERS } from '../src/provider-registry.ts';
import { stream } from '../src/provider.contract.ts';
import type { ClientRequest, ProviderConnection } from '../src/provider.ts';

interface Recording {
  readonly url: string;
  readonly method: string;
  readonly status: number;
  readonly kind: 'json' | 'sse' | 'binary';
  readonly path: string;
  readonly endpoint: string;
  readonly reqHeaders: Readonly<Record<string, string>>;
  readonly respHeaders: Readonly<Record<string, string>>;
  readonly reqJson?: Readonly<Record<string, unknown>>;
  readonly reqB64?: string;
  readonly respText?: string;
  readonly respB64?: string;
}

const ENDPOINTS: Readonly<Record<string, readonly [Dialect, Operation]>> = {
  '/embeddings': ['openai-embeddings', 'embeddings'],
  '/images/generations': ['openai-images', 'images'],
  '/images/edits': ['openai-image-edits', 'images'],
  '/audio/speech': ['openai-speech', 'speech'],
  '/audio/transcriptions': ['openai-transcription', 'transcription'],
  '/audio/translations': ['openai-translation', 'transcription'],
  '/moderations': ['openai-moderation', 'moderation'],
};
const FAMILY = [
  'openai',
  'azure',
  'mistral',
  'groq',
  'xai',
  'openrouter',
  'ollama',
] as const satisfies readonly ProviderSlug[];

const folder = path.resolve(__dirname, '../../../../shared/recordings');
const isHere = existsSync(folder);
if (!isHere) console.warn(`skipped: there are no recordings in ${folder}`);

const endpointOf = (url: string): string | undefined =>
  Object.keys(ENDPOINTS).find(
    (suffix) =>
      new URL(url).pathname.endsWith(suffix) && !/\/organization\/|\/api\/e|\/chat\//.test(url),
  );

function load(slug: string): Recording[] {
  return readFileSync(path.join(folder, `${slug}.jsonl`), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line): Recording => JSON.parse(line))
    .filter(({ url, method }) => method === 'POST' && endpointOf(url) !== undefined);
}

/** A connection whose base URL is the one that was recorded. */
function connect(slug: ProviderSlug, { url }: Recording): ProviderConnection {
  const { origin, searchParams } = new URL(url);
  const apiVersion = searchParams.get('api-version');
  const connected = PROVIDERS[slug].connect({
    baseUrl: slug === 'azure' ? origin : (PROVIDERS[slug].defaultBaseUrl ?? ''),
    config: apiVersion === null ? {} : { apiVersion },
    credential: 'key',
  });
  if (!connected.ok) throw new Error(connected.failure.internal);
  return connected.value;
}

const bytesOf = (json: unknown, base64: string | undefined): Buffer =>
  base64 === undefined ? Buffer.from(JSON.stringify(json)) : Buffer.from(base64, 'base64');

const answerOf = ({ respText = '', respB64 }: Recording): Buffer =>
  respB64 === undefined ? Buffer.from(respText) : Buffer.from(respB64, 'base64');

function requestFor(recording: Recording): ClientRequest & { readonly model: string } {
  const { reqJson, reqB64, reqHeaders, kind, url } = recording;
  const body = bytesOf(reqJson, reqB64);
  const [dialect, operation] = ENDPOINTS[endpointOf(url) ?? ''] ?? [];
  if (!dialect || !operation) throw new Error(url);
  const deployment = /\/deployments\/([^/]+)\//.exec(url)?.[1];
  const inForm = /name="model"\r\n\r\n([^\r]*)/.exec(body.toString('latin1'))?.[1];
  const named = typeof reqJson?.model === 'string' ? reqJson.model : (inForm ?? null);
  return {
    dialect,
    operation,
    body,
    stream: kind === 'sse',
    usageAsked: true,
    modelAsked: named,
    model: deployment ?? named ?? 'model',
    outputCap: null,
    clientHeaders: reqJson ? {} : { 'content-type': reqHeaders['content-type'] ?? '' },
  };
}

/** What OpenAI's own SDK reads from such an answer. */
async function readBySdk(
  { dialect, body, stream: isStream }: ClientRequest,
  answer: Uint8Array,
  contentType: string,
): Promise<unknown> {
  const headers = { 'content-type': contentType };
  const client = new OpenAI({
    apiKey: 'key',
    maxRetries: 0,
    fetch: async () => new Response(answer, { headers }),
  });
  const isJson = Buffer.from(body).toString('latin1', 0, 1) === '{';
  const json = isJson ? JSON.parse(Buffer.from(body).toString()) : {};
  const file = new File([new Uint8Array(1)], 'a.wav');
  switch (dialect) {
    case 'openai-embeddings':
      return client.embeddings.create({ encoding_format: 'float', ...json });
    case 'openai-images':
      return client.images.generate(json);
    case 'openai-image-edits':
      return client.images.edit({ image: file, prompt: 'p' });
    case 'openai-translation':
      return client.audio.translations.create({ file, model: 'm' });
    case 'openai-moderation':
      return client.moderations.create(json);
    case 'openai-speech':
      return Buffer.from(await (await client.audio.speech.create(json)).arrayBuffer());
    default: {
      if (!isStream) return client.audio.transcriptions.create({ file, model: 'm' });
      const events = await client.audio.transcriptions.create({ file, model: 'm', stream: true });
      const read: unknown[] = [];
      for await (const event of events) read.push(event);
      return read;
    }
  }
}

/** Where the client gets something else than the vendor sent, since OpenAI's SDK could not read that. */
const REWRITTEN: Readonly<Record<string, string>> = {
  'mistral /audio/speech': 'sound comes as base64 in JSON',
  'mistral /moderations': 'results lack `flagged`',
};

interface Row {
  requests: number;
  whole: number;
  streamed: number;
  refused: number;
  rewritten: number;
  /** The recording left the form out. */
  formless: number;
}
const counts: Record<string, Row> = {};

/** Its body has another shape than OpenAI's: see `xai-image-edits.spec.ts`. */
function isTranslated(slug: string, url: string): boolean {
  return slug === 'xai' && url.endsWith('/images/edits');
}

const runs = isHere
  ? FAMILY.flatMap((slug) =>
      load(slug)
        .filter(({ url }) => !isTranslated(slug, url))
        .map((recording, index) => ({ slug, recording, index, path: recording.path })),
    )
  : [];

function rowOf(slug: string, { url }: Recording): Row {
  const empty = { requests: 0, whole: 0, streamed: 0, refused: 0, rewritten: 0, formless: 0 };
  return (counts[`${slug} ${endpointOf(url)}`] ??= empty);
}

(isHere ? describe : describe.skip)('recorded operations beside chat', () => {
  it('go out as they were recorded', () => {
    for (const { slug, recording } of runs) {
      const request = requestFor(recording);
      if (isFormless(request)) {
        rowOf(slug, recording).formless++;
        continue;
      }
      const encoded = connect(slug, recording).encodeRequest(request, request.model);
      if (!encoded.ok) throw new Error(`${recording.path}: ${encoded.failure.message}`);
      const { pathname, search } = new URL(recording.url);
      expect(encoded.value.path).toBe(pathname + search);
      expect(encoded.value.droppedParams).toEqual([]);
      const expected = recording.reqJson
        ? { ...recording.reqJson, model: request.model }
        : withModel(request);
      const sent = Buffer.from(encoded.value.body);
      expect(recording.reqJson ? JSON.parse(sent.toString()) : sent).toEqual(expected);
      const type = encoded.value.headers[encoded.value.headers.indexOf('content-type') + 1];
      expect(type).toMatch(recording.reqJson ? 'application/json' : /^multipart\/form-data; bound/);
      rowOf(slug, recording).requests++;
    }
  });

  it('read as the vendor’s own answer does', async () => {
    for (const { slug, recording } of runs.filter(({ recording }) => recording.status === 200)) {
      if (recording.kind === 'sse') continue;
      const request = requestFor(recording);
      const body = answerOf(recording);
      const type = recording.respHeaders['content-type'] ?? 'application/json';
      const decoded = connect(slug, recording).decodeResponse(request, body, type);
      if (!decoded.ok) throw new Error(`${recording.path}: ${decoded.failure.internal}`);
      const given = decoded.contentType ?? 'application/json';
      const row = rowOf(slug, recording);
      const name = `${slug} ${endpointOf(recording.url)}`;
      if (name in REWRITTEN) {
        row.rewritten++;
        expectRewritten(JSON.parse(body.toString()), decoded.body, given);
      } else {
        const read = await readBySdk(request, decoded.body, given);
        expect(read).toEqual(await readBySdk(request, body, type));
        expect(decoded.body).toBe(body);
      }
      expectUsage(body, type, decoded.facts.usage?.inputTokens);
      row.whole++;
    }
  });

  it('read the same streamed, in any slices', async () => {
    for (const { slug, recording } of runs.filter(({ recording }) => recording.kind === 'sse')) {
      const request = requestFor(recording);
      const connection = connect(slug, recording);
      const bytes = answerOf(recording);
      const whole = stream(connection, request, bytes);
      expect(whole).toMatchObject({ phase: 'finished', code: null });
      for (const size of [1, 997])
        expect(stream(connection, request, bytes, [size])).toEqual(whole);
      const given = Buffer.from(whole.given + whole.tail);
      const type = 'text/event-stream; charset=utf-8';
      expect(await readBySdk(request, given, type)).toEqual(await readBySdk(request, bytes, type));
      expect(whole.usage).toMatchObject({ inputTokens: 37, inputAudioTokens: 37 });
      rowOf(slug, recording).streamed++;
      const text = bytes.toString();
      for (let at = text.indexOf('\n\n'); at >= 0; at = text.indexOf('\n\n', at + 1)) {
        const isDone = text.slice(0, at).includes('transcript.text.done');
        const cut = stream(connection, request, Buffer.from(text.slice(0, at + 2)));
        expect(cut.code).toBe(isDone ? null : 'provider.interrupted');
      }
    }
  });

  it('are told as what they are when refused', () => {
    for (const { slug, recording } of runs.filter(({ recording }) => recording.status >= 400)) {
      const { status } = recording;
      const { code } = connect(slug, recording).decodeFailure(
        { status, headers: {}, body: answerOf(recording) },
        0,
      );
      const expected: Record<number, string> = {
        400: 'provider.bad_request',
        401: 'provider.rejected_credentials',
        404: 'provider.unknown_model',
      };
      expect(code).toBe(expected[status]);
      rowOf(slug, recording).refused++;
    }
  });

  it('are counted', () => {
    console.table(counts);
    console.info('rewritten for OpenAI’s SDK:', REWRITTEN);
    expect(Object.keys(counts).length).toBeGreaterThan(10);
  });
});

/** A form that names no model gets the one that was chosen, before all else. */
function withModel({
  body,
  modelAsked,
  model,
  clientHeaders,
}: ReturnType<typeof requestFor>): Buffer {
  if (modelAsked !== null) return Buffer.from(body);
  const boundary = /boundary=(.+)$/.exec(clientHeaders?.['content-type'] ?? '')?.[1];
  const part = `--${boundary}\r\nContent-Disposition: form-data; name="model"\r\n\r\n${model}\r\n`;
  return Buffer.concat([Buffer.from(part), body]);
}

function isFormless({ body }: ClientRequest): boolean {
  return Buffer.from(body).toString() === '[multipart form data omitted]';
}

function expectRewritten(raw: Readonly<Record<string, unknown>>, body: Uint8Array, type: string) {
  if (typeof raw.audio_data === 'string') {
    expect(type).toBe('audio/mpeg');
    expect(Buffer.from(body).toString('base64')).toBe(raw.audio_data);
    return;
  }
  const given = JSON.parse(Buffer.from(body).toString());
  for (const result of given.results) {
    expect(result.flagged).toBe(Object.values(result.categories).includes(true));
    delete result.flagged;
  }
  expect(given).toEqual(raw);
}

/** The vendor's own count, by whichever name it has. */
function expectUsage(body: Buffer, type: string, inputTokens: number | undefined): void {
  if (!type.startsWith('application/json')) return;
  const { usage = {} } = JSON.parse(body.toString());
  const said = usage.input_tokens ?? usage.prompt_tokens;
  const audio = usage.prompt_tokens_details?.audio_tokens ?? 0;
  if (said === undefined) expect(inputTokens).toBeUndefined();
  else expect(inputTokens).toBe(said + audio);
}
