import { type CallContext, DEFAULT_TIMEOUTS } from '@tollgate/contracts';
import { message, messageEvents, messageStream } from './support/anthropic-upstream.ts';
import { TestAdapter } from './support/adapter.ts';
import { candidateOf, contextOf, FakeCall } from './support/fake-call.ts';
import {
  chunk,
  DONE,
  event,
  type FakeUpstream,
  json,
  type Reply,
  type SeenRequest,
  startFakeUpstream,
} from './support/fake-upstream.ts';

const FULL = 'The quick brown fox jumps over the lazy dog. ';
const WORDS = FULL.split(/(?<= )/);
const USED = { prompt_tokens: 20, completion_tokens: 10, total_tokens: 30 };

describe('a streamed answer that is cut', () => {
  let openai: FakeUpstream;
  let anthropic: FakeUpstream;
  let adapter: TestAdapter;
  const gpt = candidateOf('aip_openai');
  const claude = candidateOf('aip_claude', { provider: 'anthropic', model: 'claude-sonnet-4-5' });
  const toClaude = contextOf([gpt, claude], { continueOnCut: true });
  const toGpt = contextOf([claude, gpt], { continueOnCut: true });

  beforeEach(async () => {
    [openai, anthropic] = await Promise.all([startFakeUpstream(), startFakeUpstream()]);
    adapter = new TestAdapter();
    adapter.connect('aip_openai', { baseUrl: `${openai.url}/v1` });
    adapter.connect('aip_third', { baseUrl: `${openai.url}/third/v1` });
    adapter.connect('aip_claude', { baseUrl: anthropic.url, provider: 'anthropic' });
  });
  afterEach(async () => {
    await adapter.stop();
    await Promise.all([openai.close(), anthropic.close()]);
  });

  async function serve(context: CallContext, header: FakeCall['header'] | object = {}, body = {}) {
    const call = new FakeCall(context, { stream: true, ...header }, body);
    adapter.calls.take(call);
    await call.ended();
    return { call, record: await adapter.recordOf(call.header.requestId) };
  }

  it('goes on at the next candidate, as one answer', async () => {
    openai.reply(cutAfter(['The quick brown fox ']));
    anthropic.reply(messageStream([' jumps over', ' the lazy dog. ']));
    const { call, record } = await serve(toClaude, { usageAsked: true });
    const chunks = chunksOf(call);
    expect(textOf(call)).toBe(FULL);
    expect(call.frames.at(-1)).toEqual({ kind: 'end' });
    expect(chunks.filter((one) => one.choices[0]?.delta?.role)).toHaveLength(1);
    expect(new Set(chunks.map(({ id }) => id)).size).toBe(1);
    expect(chunks.filter((one) => one.choices[0]?.finish_reason)).toHaveLength(1);
    expect(call.text().split('[DONE]')).toHaveLength(2);
    expect(sent(anthropic).messages).toEqual([
      { role: 'user', content: expect.anything() },
      { role: 'assistant', content: expect.anything() },
    ]);
    expect(JSON.stringify(sent(anthropic).messages[1])).toContain('The quick brown fox"');
    expect(record).toMatchObject({
      outcome: 'completed',
      provider: 'anthropic',
      continuations: 1,
      usageSource: 'partial',
      attempts: [
        { provider: 'openai', code: 'provider.interrupted', status: 200 },
        { provider: 'anthropic', code: null, isContinuation: true },
      ],
    });
    expect(record.attempts[0]).not.toHaveProperty('isContinuation');
    const [first, second] = record.attempts;
    const output = (first?.usage?.outputTokens ?? 0) + (second?.usage?.outputTokens ?? 0);
    expect(record.usage.outputTokens).toBe(output);
    expect(chunks.find(({ usage }) => usage)?.usage).toMatchObject({
      prompt_tokens: record.usage.inputTokens,
      completion_tokens: output,
    });
  });

  it('says the same wherever it is cut, and whoever goes on', async () => {
    const rest: Reply = (response, seen) => {
      const said = saidIn(seen);
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.end(
        chunk(FULL.slice(said.length)) +
          chunk('', 'stop') +
          event({ id: 'x', choices: [], usage: USED }) +
          DONE,
      );
    };
    const events = messageEvents(WORDS);
    const lastText = events.length - 3;
    for (let afterEvents = 2; afterEvents < lastText; afterEvents++) {
      openai.reply(rest);
      anthropic.reply(messageStream(WORDS, { afterEvents, breaks: afterEvents % 2 === 0 }));
      const { call, record } = await serve(toGpt);
      expect({ afterEvents, text: textOf(call) }).toEqual({ afterEvents, text: FULL });
      expect(record.outcome).toBe('completed');
      // Before any text came it is an ordinary failover.
      expect(record.continuations).toBe(afterEvents === 2 ? undefined : 1);
    }
    expect(saidIn(openai.seen.at(-1))).toBe(WORDS.slice(0, lastText - 3).join(''));
    expect(openai.seen.at(-1)?.body).toContain('cut off');
  });

  it("keeps to the client's dialect when it is another one", async () => {
    openai.reply(cutAfter(['The quick ']));
    anthropic.reply(messageStream(['brown fox']));
    const { call } = await serve(toClaude, { dialect: 'anthropic-messages' }, { max_tokens: 100 });
    const types = call
      .text()
      .split('\n')
      .filter((line) => line.startsWith('event: '))
      .map((line) => line.slice(7))
      .filter((type) => type !== 'ping');
    expect(types.filter((type) => type !== 'content_block_delta')).toEqual([
      'message_start',
      'content_block_start',
      'content_block_stop',
      'message_delta',
      'message_stop',
    ]);
    const texts = [...call.text().matchAll(/"text_delta","text":"([^"]*)"/g)];
    expect(texts.map(([, text]) => text).join('')).toBe('The quick brown fox');
  });

  it('goes on when it stalls, and takes a whole answer for the rest', async () => {
    openai.reply(cutAfter(['The quick '], 'hangs'));
    anthropic.reply(json(200, message('brown fox')));
    const timeouts = { ...DEFAULT_TIMEOUTS, stallMs: 60 };
    const { call, record } = await serve({ ...toClaude, timeouts });
    expect(textOf(call)).toBe('The quick brown fox');
    expect(record.attempts[0]?.code).toBe('provider.timeout');
  });

  it('passes over a candidate that cannot go on, to the one after it', async () => {
    const third = candidateOf('aip_third');
    openai.reply(cutAfter(['The quick ']), wholeStream('brown fox'));
    anthropic.reply(json(500, '{}'));
    const { call, record } = await serve(contextOf([gpt, claude, third], { continueOnCut: true }));
    expect(textOf(call)).toBe('The quick brown fox');
    expect(record).toMatchObject({
      outcome: 'completed',
      continuations: 1,
      attempts: [
        { code: 'provider.interrupted' },
        { code: 'provider.server_error', usage: null, isContinuation: true },
        { code: null, isContinuation: true },
      ],
    });
  });

  it('may be cut again', async () => {
    const third = candidateOf('aip_third');
    openai.reply(cutAfter(['The quick ']), wholeStream('fox'));
    anthropic.reply(messageStream(['brown '], { afterEvents: 3, breaks: true }));
    const { call, record } = await serve(contextOf([gpt, claude, third], { continueOnCut: true }));
    expect(textOf(call)).toBe('The quick brown fox');
    expect(saidIn(openai.seen.at(-1))).toBe('The quick brown ');
    expect(record.continuations).toBe(2);
  });

  it('fails in-band when nobody can go on, and never ends cleanly', async () => {
    openai.reply(cutAfter(['The quick ']));
    anthropic.reply(json(401, '{}'));
    const { call, record } = await serve(toClaude);
    expect(call.failure()?.code).toBe('provider.rejected_credentials');
    expect(textOf(call)).toBe('The quick ');
    expect(call.text()).not.toContain('[DONE]');
    expect(record).toMatchObject({ outcome: 'interrupted', status: 200 });
    expect(record).not.toHaveProperty('continuations');
  });

  it.each<[string, Partial<CallContext>, object]>([
    ['the route does not say so', { continueOnCut: false }, {}],
    ['the route says nothing', {}, {}],
    [
      'tools are in play',
      { continueOnCut: true },
      { tools: [{ type: 'function', function: { name: 'f', parameters: {} } }] },
    ],
    ['reasoning is asked for', { continueOnCut: true }, { reasoning_effort: 'high' }],
    ['several answers are asked for', { continueOnCut: true }, { n: 2 }],
    ['JSON is asked for', { continueOnCut: true }, { response_format: { type: 'json_object' } }],
    ['tries are used up', { continueOnCut: true, retry: { ...toClaude.retry, attempts: 1 } }, {}],
  ])('does not go on where %s', async (_name, changes, body) => {
    openai.reply(cutAfter(['The quick ']));
    const plain = contextOf(toClaude.candidates, changes);
    const { call, record } = await serve(plain, {}, body);
    expect(call.failure()?.code).toBe('provider.interrupted');
    expect(anthropic.seen).toEqual([]);
    expect(record.outcome).toBe('interrupted');
  });

  it.each<[string, Reply]>([
    ['reasoning was given', stream(delta({ reasoning_content: 'Hm.' }) + chunk('The quick '))],
    [
      'a tool was called',
      stream(
        delta({
          tool_calls: [
            { index: 0, id: 'c1', type: 'function', function: { name: 'f', arguments: '' } },
          ],
        }),
      ),
    ],
    ['it had come to its end', stream(chunk('The quick ') + chunk('', 'stop'))],
    [
      'its content was filtered',
      stream(chunk('The ') + event({ error: { code: 'content_filter', message: 'x' } })),
    ],
  ])('does not go on where %s', async (_name, reply) => {
    openai.reply(reply);
    anthropic.reply(messageStream(['never']));
    const { call } = await serve(toClaude);
    expect(textOf(call)).not.toContain('never');
    expect(anthropic.seen).toEqual([]);
  });

  it('stays within the length that was asked for', async () => {
    openai.reply(cutAfter(['word '.repeat(8)]));
    anthropic.reply(messageStream(['rest']));
    await serve(toClaude, {}, { max_tokens: 100 });
    expect(sent(anthropic).max_tokens).toBeLessThan(100);
    openai.reply(cutAfter(Array.from({ length: 12 }, () => 'word ')));
    const { call } = await serve(toClaude, {}, { max_tokens: 10 });
    expect(call.failure()?.code).toBe('provider.interrupted');
    expect(anthropic.seen).toHaveLength(1);
  });

  it('stays within what the request drew on its budgets', async () => {
    const drawing = (tokens: number, costPicoUsd: string) => ({
      inputTokensEstimate: 20,
      draw: { grantId: 'grt_1', amounts: { tokens, costPicoUsd, requests: 1 } },
    });
    openai.reply(cutAfter(['The quick ']));
    anthropic.reply(messageStream(['brown fox']));
    const { call } = await serve(toClaude, drawing(1_000, '0'));
    expect(textOf(call)).toBe('The quick brown fox');
    expect(sent(anthropic).max_tokens).toBeLessThan(1_000);
    for (const [tokens, cost] of [
      [100, '0'],
      [1_000, '1000000'],
    ] as const) {
      const poor = await serve(toClaude, drawing(tokens, cost));
      expect(poor.call.failure()?.code).toBe('provider.interrupted');
    }
    expect(anthropic.seen).toHaveLength(1);
  });

  it('is stopped with its caller, whoever gives it', async () => {
    openai.reply(cutAfter(['The quick ']));
    anthropic.reply(messageStream(['brown'], { afterEvents: 3, hangs: true }));
    const call = new FakeCall(toClaude, { stream: true });
    adapter.calls.take(call);
    await call.until(() => textOf(call).includes('brown'));
    call.cancel();
    await anthropic.seen[0]?.closed;
    expect(await adapter.recordOf(call.header.requestId)).toMatchObject({
      outcome: 'cancelled',
      continuations: 1,
    });
  });
});

interface Chunk {
  readonly id?: string;
  readonly usage?: object | null;
  readonly choices: readonly {
    readonly delta?: { readonly role?: string; readonly content?: string | null };
    readonly finish_reason?: string | null;
  }[];
}

function chunksOf(call: FakeCall): Chunk[] {
  return call
    .text()
    .split('\n\n')
    .filter((frame) => frame.startsWith('data: {'))
    .map((frame): Chunk => JSON.parse(frame.slice(6)));
}

function textOf(call: FakeCall): string {
  return chunksOf(call)
    .map(({ choices }) => choices[0]?.delta?.content ?? '')
    .join('');
}

function sent(upstream: FakeUpstream) {
  return JSON.parse(upstream.seen.at(-1)?.body ?? 'null');
}

/** The beginning of the answer that was handed over. */
function saidIn(seen: SeenRequest | undefined): string {
  const { messages } = JSON.parse(seen?.body ?? '{"messages":[]}') as {
    messages: { role: string; content: unknown }[];
  };
  const said = messages.find(({ role }) => role === 'assistant')?.content ?? '';
  return typeof said === 'string'
    ? said
    : (said as { text: string }[]).map(({ text }) => text).join('');
}

function delta(fields: object): string {
  return event({ id: 'c', choices: [{ index: 0, delta: fields, finish_reason: null }] });
}

function stream(text: string): Reply {
  return (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(text, () => response.destroy());
  };
}

function wholeStream(text: string): Reply {
  return (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.end(chunk(text) + chunk('', 'stop') + DONE);
  };
}

function cutAfter(texts: readonly string[], way: 'breaks' | 'hangs' = 'breaks'): Reply {
  return (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const text = texts.map((one) => chunk(one)).join('');
    response.write(text, () => {
      if (way === 'breaks') response.destroy();
    });
  };
}
