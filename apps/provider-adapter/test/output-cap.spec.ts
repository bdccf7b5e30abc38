import type { CallHeader, Dialect } from '@tollgate/contracts';
import { succeed } from '@tollgate/contracts';
import { eventually, TestAdapter } from './support/adapter.ts';
import { candidateOf, contextOf, FakeCall } from './support/fake-call.ts';
import { type FakeUpstream, json, startFakeUpstream } from './support/fake-upstream.ts';
import { BEGINNINGS, type Beginning } from './support/first-words.ts';

/** Where each wire has the limit of an answer's length. */
const CAPS: readonly (readonly string[])[] = [
  ['max_tokens'],
  ['max_completion_tokens'],
  ['max_output_tokens'],
  ['generationConfig', 'maxOutputTokens'],
  ['inferenceConfig', 'maxTokens'],
  ['options', 'num_predict'],
];

const messages = [{ role: 'user', content: 'Hi' }];
const contents = [{ role: 'user', parts: [{ text: 'Hi' }] }];

/** What each dialect's clients send, and where they may name a limit of their own. */
const CLIENTS: Readonly<
  Partial<Record<Dialect, { readonly body: object; readonly capped: (cap: number) => object }>>
> = {
  'openai-chat': {
    body: { model: 'm', messages },
    capped: (cap) => ({ max_completion_tokens: cap }),
  },
  'tollgate-chat': { body: { messages }, capped: (cap) => ({ max_tokens: cap }) },
  'openai-responses': {
    body: { model: 'm', input: 'Hi' },
    capped: (cap) => ({ max_output_tokens: cap }),
  },
  'gemini-generate': {
    body: { contents },
    capped: (cap) => ({ generationConfig: { maxOutputTokens: cap } }),
  },
  // Anthropic's clients must name one.
  'anthropic-messages': {
    body: { model: 'm', messages, max_tokens: 9 },
    capped: (cap) => ({ max_tokens: cap }),
  },
};

const PAIRS = BEGINNINGS.flatMap((beginning) =>
  Object.entries(CLIENTS).map(
    ([dialect, client]) =>
      [
        `${dialect} to ${beginning.provider}, ${beginning.wire}`,
        beginning,
        dialect,
        client,
      ] as const,
  ),
);

describe('under a hard budget the cap on an answer', () => {
  let upstream: FakeUpstream;
  let adapter: TestAdapter;

  beforeAll(async () => {
    upstream = await startFakeUpstream();
    upstream.reply(json(400, '{}'));
    const close = () => Promise.resolve();
    adapter = new TestAdapter({ signer: { sign: () => Promise.resolve(succeed([])), close } });
  });
  afterAll(async () => {
    await adapter.stop();
    await upstream.close();
  });

  /** The limits that the provider got, wherever they stand. */
  const capsSent = async (
    { provider, config = {} }: Beginning,
    dialect: string,
    body: object,
    outputCap: number | null,
  ) => {
    const aiProviderId = `aip_${provider}_${Object.keys(config).join('_')}`;
    adapter.connect(aiProviderId, { provider, config, baseUrl: upstream.url });
    const candidate = candidateOf(aiProviderId, { provider, model: 'm' });
    const header: Partial<CallHeader> = {
      dialect: dialect as Dialect,
      modelAsked: dialect === 'tollgate-chat' ? null : 'm',
      outputCap,
      ...(dialect === 'gemini-generate' ? { target: 'm:generateContent' } : {}),
    };
    const before = upstream.seen.length;
    const call = new FakeCall(contextOf([candidate]), header, JSON.stringify(body));
    adapter.calls.take(call);
    const seen = await eventually(() => upstream.seen[before]);
    await call.ended();
    const sent: unknown = JSON.parse(seen.body);
    return CAPS.map((path) => valueAt(sent, path)).filter((value) => value !== undefined);
  };

  it.each(PAIRS)('is sent, once: %s', async (_, beginning, dialect, { body }) => {
    const named = dialect === 'anthropic-messages' ? [9] : [77];
    expect(await capsSent(beginning, dialect, body, 77)).toEqual(named);
  });

  it.each(PAIRS)("gives way to the caller's own: %s", async (_, beginning, dialect, client) => {
    const body = { ...client.body, ...client.capped(5) };
    expect(await capsSent(beginning, dialect, body, null)).toEqual([5]);
  });
});

function valueAt(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (part, name) =>
      typeof part === 'object' && part !== null
        ? (part as Record<string, unknown>)[name]
        : undefined,
    value,
  );
}
