import { isDeepStrictEqual } from 'node:util';
import { bodyOf, readRecordings, type Recording, recordingsFolder, Replay } from '../src/index.ts';
import { inMode, ROOT, type Scene } from './in-both-modes.ts';

interface Endpoint {
  /** The file of recordings. */
  readonly recorded: string;
  readonly endpoint: string;
  /** The provider's slug, and what its connection needs beyond a base URL. */
  readonly provider: string;
  readonly basePath?: string;
  readonly config?: Readonly<Record<string, unknown>>;
  /** Where the client sends it. */
  readonly path: (recording: Recording) => string;
}

const at = (path: string) => (): string => path;
/** Google's clients name the model, and whether to stream, in the URL. */
const geminiPath = ({ url }: Recording): string => {
  const { pathname, search } = new URL(url);
  return `/v1beta/${pathname.slice(pathname.lastIndexOf('models/'))}${search.replace(/[?&]key=[^&]*/, '')}`;
};

const ENDPOINTS: readonly Endpoint[] = [
  ...['messages', 'messages/count_tokens'].map(
    (endpoint): Endpoint => ({
      recorded: 'anthropic',
      endpoint,
      provider: 'anthropic',
      path: at(`/v1/${endpoint}`),
    }),
  ),
  ...['generateContent', 'streamGenerateContent', 'embedContent'].map(
    (endpoint): Endpoint => ({
      recorded: 'gemini',
      endpoint,
      provider: 'google',
      path: geminiPath,
    }),
  ),
  ...['openai', 'xai', 'openrouter', 'deepseek'].map(
    (provider): Endpoint => ({
      recorded: provider,
      endpoint: 'responses',
      provider,
      basePath: '/v1',
      path: at('/v1/responses'),
    }),
  ),
  {
    recorded: 'azure',
    endpoint: 'responses',
    provider: 'azure',
    config: { apiVersion: '2025-04-01-preview' },
    path: at('/v1/responses'),
  },
  // Mistral's recorded completions are its own fill-in-the-middle, which answers in the shape of a chat.
  {
    recorded: 'openai',
    endpoint: 'completions',
    provider: 'openai',
    basePath: '/v1',
    path: at('/v1/completions'),
  },
  ...['openai', 'mistral', 'openrouter'].map(
    (provider): Endpoint => ({
      recorded: provider,
      endpoint: 'embeddings',
      provider,
      basePath: '/v1',
      path: at('/v1/embeddings'),
    }),
  ),
  ...[
    'moderations',
    'images/generations',
    'audio/speech',
    'audio/transcriptions',
    'audio/translations',
  ].map(
    (endpoint): Endpoint => ({
      recorded: 'openai',
      endpoint,
      provider: 'openai',
      basePath: '/v1',
      path: at(`/v1/${endpoint}`),
    }),
  ),
  {
    recorded: 'mistral',
    endpoint: 'audio/transcriptions',
    provider: 'mistral',
    basePath: '/v1',
    path: at('/v1/audio/transcriptions'),
  },
];

const folder = recordingsFolder(ROOT);
if (!folder) process.stderr.write('skipped: the recordings are not there (../shared/recordings)\n');

(folder ? describe : describe.skip)('recorded exchanges of every endpoint', () => {
  inMode('standalone', (scene) => {
    const counts: string[] = [];
    afterAll(() => process.stdout.write(`${counts.join('\n')}\n`));

    it.each(ENDPOINTS.map((one) => [one.recorded, one.endpoint, one] as const))(
      'pass through unchanged: %s %s',
      async (recorded, name, endpoint) => {
        const replay = await Replay.start();
        try {
          const send = await clientOf(scene(), endpoint, replay);
          const recordings = await readRecordings(folder ?? '', recorded, name);
          const wrong: unknown[] = [];
          for (const [index, recording] of recordings.entries()) {
            replay.play(asServed(recording), index % 10 === 0 ? 1 : 997);
            const difference = await compare(send, endpoint, replay, recording);
            if (difference) wrong.push({ index, ...difference });
          }
          const streamed = recordings.filter(isStreamed).length;
          const count = `${recordings.length} recorded (${streamed} streamed)`;
          counts.push(`${recorded} ${name}: ${count}, ${wrong.length} differ`);
          expect(wrong.slice(0, 5)).toEqual([]);
          expect(recordings.length).toBeGreaterThan(0);
        } finally {
          await replay.stop();
        }
      },
      120_000,
    );
  });
});

/** Tollgate always asks Google for events; a client that asked for one JSON array gets them as such. */
function asServed(recording: Recording): Recording {
  if (recording.endpoint !== 'streamGenerateContent' || recording.kind !== 'json') return recording;
  const elements: readonly unknown[] = JSON.parse(recording.respText ?? '[]');
  const respText = elements.map((one) => `data: ${JSON.stringify(one)}\r\n\r\n`).join('');
  return { ...recording, respText, kind: 'sse', respHeaders: {} };
}

type Send = (path: string, recording: Recording) => Promise<Response>;

/** A client of a key whose route sends every model to the replay. */
async function clientOf(
  { admin, system }: Scene,
  endpoint: Endpoint,
  replay: Replay,
): Promise<Send> {
  const { recorded, provider, basePath = '', config } = endpoint;
  const name = `${recorded}-${endpoint.endpoint.replace(/\W/g, '-')}`;
  const project = await admin.createProject(name);
  const connection = await admin.connect(project.id, 'recorded', {
    provider,
    baseUrl: `${replay.url}${basePath}`,
    ...(config ? { config } : {}),
  });
  // "*" serves what is asked for by name; one recorded request names no model.
  const targets = [
    { aiProviderId: connection.id, model: '*' },
    { aiProviderId: connection.id, model: 'omni-moderation-latest', priority: 1 },
  ];
  const route = await admin.publishRoute(project.id, 'main', targets);
  const { key } = await admin.createKey(project.id, route.id);
  return (path, { reqJson, reqB64 = '', reqHeaders }) => {
    const kept = Object.entries(reqHeaders).filter(([header]) => /^anthropic-/i.test(header));
    const type = reqJson ? 'application/json' : (reqHeaders['content-type'] ?? '');
    return fetch(`${system.facts().gatewayUrl}${path}`, {
      method: 'POST',
      headers: {
        ...Object.fromEntries(kept),
        'content-type': type,
        authorization: `Bearer ${key}`,
      },
      body: reqJson ? JSON.stringify(reqJson) : Buffer.from(reqB64, 'base64'),
    });
  };
}

function isStreamed({ kind, endpoint }: Recording): boolean {
  return kind === 'sse' || endpoint === 'streamGenerateContent';
}

async function compare(send: Send, endpoint: Endpoint, replay: Replay, recording: Recording) {
  const path = endpoint.path(recording);
  const response = await send(path, recording);
  const got = Buffer.from(await response.arrayBuffer());
  if (response.status !== 200)
    return { what: `status ${response.status}`, path, got: got.toString().slice(0, 300) };
  const { reqB64 } = recording;
  if (reqB64 !== undefined && replay.lastBytes.toString('base64') !== reqB64)
    return { what: 'the form', path };
  const { model } = replay.lastBody;
  const recorded = { ...(model === undefined ? {} : { model }), ...recording.reqJson };
  if (!isDeepStrictEqual(asked(replay.lastBody), asked(recorded)))
    return { what: 'the request', path, sent: JSON.stringify(replay.lastBody).slice(0, 300) };
  const expected = readable(bodyOf(recording), recording);
  const [left, right] = [readable(got, recording), expected].map((one) => JSON.stringify(one));
  if (left === right) return undefined;
  const from = Math.max(0, firstDifference(left ?? '', right ?? '') - 60);
  return {
    what: 'the answer',
    path,
    got: left?.slice(from, from + 300),
    expected: right?.slice(from, from + 300),
  };
}

function firstDifference(left: string, right: string): number {
  let at = 0;
  while (at < left.length && left[at] === right[at]) at++;
  return at;
}

/** Less the options by which Tollgate asks for usage. */
function asked(body: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return { ...body, stream_options: null };
}

/** What any client can read from the bytes: JSON, the list of events, or the bytes themselves. */
function readable(bytes: Buffer, { kind, endpoint }: Recording): unknown {
  if (kind === 'binary') return bytes.toString('base64');
  const text = bytes.toString('utf8');
  if (kind === 'json') return JSON.parse(text);
  // A response ends with its last event; OpenRouter writes `[DONE]` behind it, which says nothing more.
  const events = text.split(/\r?\n\r?\n|\r\r/).map(readEvent);
  return events
    .filter((event) => event !== null && !isUsageChunk(event))
    .filter((event) => endpoint !== 'responses' || event?.data !== '[DONE]');
}

function readEvent(event: string): { readonly name: string; readonly data: string } | null {
  const fields = event.split(/\r?\n/);
  const name =
    fields
      .find((line) => line.startsWith('event:'))
      ?.slice(6)
      .trim() ?? '';
  const data = fields
    .filter((line) => line.startsWith('data:'))
    .map((line) => line.slice(5).trim());
  return data.length > 0 ? { name, data: data.join('\n') } : null;
}

/** OpenAI's chunk that holds usage and nothing else: asked for by Tollgate, hidden from who did not ask. */
function isUsageChunk({ data }: { readonly data: string }): boolean {
  return data.includes('"choices":[]') && data.includes('"usage":{');
}
