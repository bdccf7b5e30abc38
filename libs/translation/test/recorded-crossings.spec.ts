import type { ChatDialect } from '@tollgate/contracts';
import { type Answer, AnswerFold, type Conversation, Losses } from '@tollgate/neutral';
import type { ChatWire, ClientRequest, WireRequest } from '@tollgate/providers';
import { callWire } from '../src/index.ts';
import { callIdsOf, type Essence, essenceOf } from './support/essence.ts';
import {
  connectionOf,
  readChats,
  type RecordedChat,
  type RecordedSource,
  recordingsFolder,
  SOURCES,
} from './support/recorded.ts';
import { UPSTREAMS } from './support/upstreams.ts';

/** Each client dialect, and the wire whose reader reads what its clients get. */
const CLIENTS = [
  ['openai-chat', 'openai-chat'],
  ['openai-responses', 'openai-responses'],
  ['anthropic-messages', 'anthropic'],
  ['gemini-generate', 'gemini'],
] as const;
type Client = (typeof CLIENTS)[number][0];

/** What a dialect has one word for, where another has several. */
const SAME_WORD: Readonly<Record<Client, Readonly<Record<string, string>>>> = {
  'openai-chat': { stop_sequence: 'stop', pause: 'stop', other: 'stop', refusal: 'content_filter' },
  'openai-responses': { stop_sequence: 'stop', pause: 'stop', other: 'stop', refusal: 'stop' },
  'anthropic-messages': { other: 'stop', content_filter: 'refusal' },
  'gemini-generate': { stop_sequence: 'stop', pause: 'stop', refusal: 'content_filter' },
};

const HAS_REFUSALS: ReadonlySet<string> = new Set<Client>(['openai-chat', 'openai-responses']);

const QUESTIONS: Readonly<Record<Client, Readonly<Record<string, unknown>>>> = {
  'openai-chat': { model: 'm', messages: [{ role: 'user', content: 'Go' }] },
  'openai-responses': { model: 'm', input: 'Go' },
  'anthropic-messages': { model: 'm', max_tokens: 9, messages: [{ role: 'user', content: 'Go' }] },
  'gemini-generate': { contents: [{ role: 'user', parts: [{ text: 'Go' }] }] },
};

const SLICES = [Number.POSITIVE_INFINITY, 997, 1] as const;

const folder = recordingsFolder();
if (!folder) process.stderr.write('skipped: the recordings are not there (../shared/recordings)\n');

(folder ? describe : describe.skip)('recorded answers in every other dialect', () => {
  const table: string[] = [];
  afterAll(() => process.stdout.write(`${table.join('\n')}\n`));

  it.each(SOURCES.map((source) => [source.file, source.endpoints.join(', '), source] as const))(
    'say the same: %s %s',
    (file, endpoints, source) => {
      const chats = readChats(folder ?? '', source);
      const wrong: unknown[] = [];
      for (const chat of chats)
        for (const [client, wire] of CLIENTS) {
          const reader = UPSTREAMS.find((one) => one.wire === wire)?.chat;
          if (!reader) throw new Error(wire);
          const difference = compare(source, chat, client, reader);
          if (difference) wrong.push({ index: chat.index, client, ...difference });
        }
      const streamed = chats.filter(({ isStreamed }) => isStreamed).length;
      const counts = `${chats.length} answers (${streamed} streamed) × ${CLIENTS.length} dialects`;
      table.push(`${file} ${endpoints}: ${counts}, ${wrong.length} differ`);
      expect(wrong.slice(0, 5)).toEqual([]);
      expect(chats.length).toBeGreaterThan(0);
    },
    120_000,
  );
});

function compare(source: RecordedSource, chat: RecordedChat, client: Client, reader: ChatWire) {
  const connection = connectionOf(source);
  const meant = readAnswer(connection.chat, chat);
  if (typeof meant === 'string') return { what: 'cannot be read', meant };
  if (meant.choices.length > 1 && client !== 'openai-chat' && client !== 'gemini-generate') return;
  const outputs = SLICES.slice(0, chat.isStreamed ? 3 : 1).map((size) =>
    carry(source, chat, client, size),
  );
  const [first] = outputs;
  if (first === undefined || typeof first === 'string') return { what: 'failed', first };
  if (outputs.some((one) => typeof one === 'string' || !one.equals(first)))
    return { what: 'slices differ' };
  const read = readAnswer(reader, { ...chat, body: first });
  if (typeof read === 'string') return { what: 'cannot be read back', read };
  const [expected, got] = [expectedOf(meant, client), essenceOf(read)];
  if (JSON.stringify(got) !== JSON.stringify(expected)) return { got, expected };
  const ids = callIdsOf(read);
  return new Set(ids).size === ids.length ? undefined : { what: 'ids are not unique', ids };
}

/** The client's bytes of a recorded answer, or why there are none. */
function carry(
  source: RecordedSource,
  chat: RecordedChat,
  client: Client,
  sliceBytes: number,
): Buffer | string {
  const request = requestOf(client, chat.isStreamed);
  const options = { policy: 'lenient', provider: source.provider, nowS: () => 7 } as const;
  const wire = callWire(connectionOf(source), request, options);
  if (!wire.ok) return wire.failure.message;
  const encoded = wire.value.encodeRequest(request, 'm');
  if (!encoded.ok) return encoded.failure.message;
  if (!chat.isStreamed) {
    const decoded = wire.value.decodeResponse(request, chat.body);
    return decoded.ok ? Buffer.from(decoded.body) : (decoded.failure.internal ?? 'failed');
  }
  const frames: Uint8Array[] = [];
  const decoder = wire.value.streamDecoder(request, (bytes) => frames.push(bytes));
  for (let at = 0; at < chat.body.length; at += sliceBytes)
    decoder.push(Buffer.from(chat.body.subarray(at, at + sliceBytes)));
  decoder.end();
  if (decoder.phase !== 'finished') return decoder.failure?.internal ?? decoder.phase;
  return Buffer.concat([...frames, decoder.tail]);
}

function requestOf(dialect: ChatDialect & Client, stream: boolean): ClientRequest {
  const question = QUESTIONS[dialect];
  return {
    dialect,
    operation: 'chat',
    body: Buffer.from(JSON.stringify(stream ? { ...question, stream } : question)),
    stream,
    usageAsked: true,
    modelAsked: 'm',
    outputCap: null,
    requestId: 'req_recorded',
  };
}

function readAnswer(chat: ChatWire | null, { isStreamed, body }: RecordedChat): Answer | string {
  if (!chat) return 'no chat in neutral terms';
  if (!isStreamed) {
    const read = chat.decodeAnswer(body, reading(false));
    return read.ok ? read.answer : (read.failure.internal ?? read.failure.message);
  }
  const fold = new AnswerFold();
  const reader = chat.streamReader(reading(true), (event) => fold.push(event));
  reader.push(body);
  reader.end();
  if (reader.phase !== 'finished') return reader.failure?.internal ?? reader.phase;
  return fold.answer();
}

const EMPTY: Conversation = { messages: [], others: {}, origin: 'openai-chat' };

function reading(stream: boolean): WireRequest {
  const losses = new Losses('lenient', 'reader');
  return { conversation: EMPTY, model: 'm', stream, outputCap: null, losses, fetched: new Map() };
}

function expectedOf(meant: Answer, client: Client): Essence {
  const essence = { ...essenceOf(meant), text: textFor(meant, client) };
  const refuses = meant.choices[0]?.parts.some(({ type }) => type === 'refusal') ?? false;
  // In responses a refusal is known by its part alone.
  const finish = refuses && client === 'openai-responses' ? 'refusal' : (essence.finish ?? 'stop');
  const word = refuses ? undefined : SAME_WORD[client][finish];
  const expected = { ...essence, finish: word ?? finish };
  if (client !== 'anthropic-messages') return expected;
  // Anthropic's clients always read counts: none is 0.
  const { inputTokens = 0, cachedInputTokens = 0, outputTokens = 0 } = expected;
  return { ...expected, inputTokens, cachedInputTokens, outputTokens };
}

/** Sounds and refusals are read as what they say where the dialect has no form of their own for them. */
function textFor({ choices }: Answer, client: Client): string {
  const said = (choices[0]?.parts ?? []).map((part) => {
    if (part.type === 'audio' && client !== 'openai-chat') return part.transcript ?? '';
    if (part.type === 'refusal') return HAS_REFUSALS.has(client) ? '' : part.text;
    return part.type === 'text' ? part.text : '';
  });
  return said.join('');
}
