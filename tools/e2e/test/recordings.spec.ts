import { isDeepStrictEqual } from 'node:util';
import OpenAI from 'openai';
import { readChatRecordings, type Recording, recordingsFolder, Replay } from '../src/index.ts';
import { inMode, ROOT } from './in-both-modes.ts';

const PROVIDERS = ['openai', 'azure', 'mistral', 'groq', 'xai', 'deepseek', 'openrouter', 'ollama'];
const folder = recordingsFolder(ROOT);
if (!folder) process.stderr.write('skipped: the recordings are not there (../shared/recordings)\n');

interface Read {
  readonly chunks: readonly unknown[];
  readonly error?: string;
}

/** What the official client reads. A stream is the list of its chunks. */
async function read(client: OpenAI, body: Readonly<Record<string, unknown>>): Promise<Read> {
  const chunks: unknown[] = [];
  try {
    // Recorded bodies hold fields that the client's types do not know; the client sends them as they are.
    const answer: unknown = await client.post('/chat/completions', {
      body,
      stream: body.stream === true,
    });
    if (body.stream !== true) return { chunks: [answer] };
    for await (const chunk of answer as AsyncIterable<unknown>) chunks.push(chunk);
    return { chunks };
  } catch (error) {
    return { chunks, error: error instanceof Error ? error.constructor.name : String(error) };
  }
}

/** Without the usage chunk that Tollgate asked for and the client did not. */
function withoutUnaskedUsage(
  body: Readonly<Record<string, unknown>>,
  chunks: readonly unknown[],
): readonly unknown[] {
  const options = body.stream_options as { readonly include_usage?: boolean } | null | undefined;
  if (options?.include_usage) return chunks;
  return chunks.filter((chunk) => {
    const { choices, usage } = chunk as {
      readonly choices?: readonly unknown[];
      readonly usage?: unknown;
    };
    return !(choices?.length === 0 && usage);
  });
}

(folder ? describe : describe.skip)('recorded exchanges', () => {
  inMode('distributed', (scene) => {
    const counts: string[] = [];
    afterAll(() => process.stdout.write(`${counts.join('\n')}\n`));

    it.each(PROVIDERS)(
      'come out of the gateway as the client reads them raw: %s',
      async (provider) => {
        const { admin, openai } = scene();
        const replay = await Replay.start();
        try {
          const project = await admin.createProject(`recorded-${provider}`);
          const connection = await admin.connect(project.id, 'recorded', {
            provider,
            baseUrl:
              provider === 'ollama' || provider === 'azure' ? replay.url : `${replay.url}/v1`,
            ...(provider === 'azure' ? { config: { apiVersion: '2025-01-01-preview' } } : {}),
          });
          const route = await admin.publishRoute(project.id, 'main', [
            { aiProviderId: connection.id, model: '*' },
          ]);
          const { key } = await admin.createKey(project.id, route.id);
          const raw = new OpenAI({ apiKey: 'none', baseURL: `${replay.url}/v1`, maxRetries: 0 });
          const through = openai(key);
          const recordings = await readChatRecordings(folder ?? '', provider);
          const wrong: unknown[] = [];
          for (const [index, recording] of recordings.entries()) {
            replay.play(recording, index % 10 === 0 ? 1 : 997);
            const difference = await compare(raw, through, replay, recording);
            if (difference) wrong.push({ index, ...difference });
          }
          const streamed = recordings.filter((one) => one.reqJson?.stream === true).length;
          counts.push(
            `${provider}: ${recordings.length} recorded chats (${streamed} streamed), ${wrong.length} differ`,
          );
          expect(wrong).toEqual([]);
          expect(recordings.length).toBeGreaterThan(10);
        } finally {
          await replay.stop();
        }
      },
    );
  });
});

async function compare(raw: OpenAI, through: OpenAI, replay: Replay, recording: Recording) {
  const body = recording.reqJson ?? {};
  const expected = await read(raw, body);
  const asked =
    typeof body.model === 'string'
      ? { ...body, model: `recorded/${body.model}` }
      : { ...body, model: 'recorded/model' };
  const got = await read(through, asked);
  // What Tollgate itself changes: the model's name, and the options by which it asks for usage.
  const expectedBody = { ...body, model: body.model ?? 'model', stream_options: null };
  const sentBody = { ...replay.lastBody, stream_options: null };
  const model = replay.lastBody.model;
  if (!isDeepStrictEqual(sentBody, expectedBody)) {
    return { what: 'the request', model };
  }
  const chunks = withoutUnaskedUsage(body, expected.chunks);
  if (JSON.stringify(got.chunks) === JSON.stringify(chunks)) return undefined;
  return {
    what: 'the answer',
    error: got.error,
    got: JSON.stringify(got.chunks).slice(0, 400),
    expected: JSON.stringify(chunks).slice(0, 400),
  };
}
