import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { CallContext } from '@tollgate/contracts';
import { connectMessaging, type Messaging, SILENT, type ValueStore } from '@tollgate/messaging';
import { useStack } from '@tollgate/test-harness';
import { eventually, TestAdapter } from './support/adapter.ts';
import { message, messageStream } from './support/anthropic-upstream.ts';
import { candidateOf, contextOf, FakeCall } from './support/fake-call.ts';
import { type FakeUpstream, json, startFakeUpstream } from './support/fake-upstream.ts';

const CLAUDE = 'claude-sonnet-4-5';
const stack = useStack({ only: ['nats'] });
const claude = candidateOf('aip_claude', { provider: 'anthropic', model: CLAUDE });
const context = contextOf([claude], { keepsResponses: true });
const CONNECTION_OF: Readonly<Record<string, string>> = {
  prj_1: 'aip_claude',
  prj_2: 'aip_other_project',
  prj_3: 'aip_third_project',
};
const reference = (id: string) => ({ type: 'item_reference', id });
const user = (content: string) => ({ role: 'user', content });

describe('responses that are kept for later requests', () => {
  const spool = mkdtempSync(path.join(os.tmpdir(), 'tollgate-kept-'));
  let messaging: Messaging;
  let openai: FakeUpstream;
  let anthropic: FakeUpstream;
  let adapter: TestAdapter;

  beforeAll(async () => {
    messaging = await connectMessaging({
      natsUrl: stack.natsUrl(),
      service: 'provider-adapter',
      spoolDir: spool,
      log: SILENT,
    });
  }, 60_000);
  afterAll(async () => {
    await messaging.close();
    rmSync(spool, { recursive: true, force: true });
  });
  beforeEach(async () => {
    [openai, anthropic] = await Promise.all([startFakeUpstream(), startFakeUpstream()]);
    adapter = new TestAdapter({ values: messaging.values });
    adapter.connect('aip_openai', { baseUrl: `${openai.url}/v1` });
    for (const [id, owner] of [
      ['aip_claude', {}],
      ['aip_other_project', { projectId: 'prj_2' }],
      ['aip_third_project', { projectId: 'prj_3' }],
    ] as const)
      adapter.connect(id, { baseUrl: anthropic.url, provider: 'anthropic', ...owner });
    anthropic.reply(json(200, message('Hello from Claude')));
  });
  afterEach(async () => {
    await adapter.stop();
    await Promise.all([openai.close(), anthropic.close()]);
  });

  const ask = async (
    body: object,
    { to = context, stream = false }: { to?: CallContext; stream?: boolean } = {},
  ): Promise<FakeCall> => {
    const header = { dialect: 'openai-responses', stream } as const;
    const call = new FakeCall(to, header, { messages: undefined, ...body });
    adapter.calls.take(call);
    await call.ended();
    return call;
  };
  const answerOf = (call: FakeCall) => JSON.parse(call.text());
  const sent = (upstream: FakeUpstream) => JSON.parse(upstream.seen.at(-1)?.body ?? 'null');
  const first = async (body: object = { input: 'Hi' }) => answerOf(await ask(body));

  it('say that they are, and stand for the whole conversation before them', async () => {
    const one = await first({ input: 'one?' });
    expect(one).toMatchObject({ store: true, id: expect.stringMatching(/^resp_tg_/) });
    const two = await first({ input: [user('two?')], previous_response_id: one.id });
    expect(two.previous_response_id).toBe(one.id);
    await ask({ input: 'three?', previous_response_id: two.id, instructions: 'Be brief.' });
    expect(sent(anthropic)).toMatchObject({
      system: expect.anything(),
      messages: [
        { role: 'user', content: [{ text: 'one?' }] },
        { role: 'assistant', content: [{ text: 'Hello from Claude' }] },
        { role: 'user', content: [{ text: 'two?' }] },
        { role: 'assistant', content: [{ text: 'Hello from Claude' }] },
        { role: 'user', content: [{ text: 'three?' }] },
      ],
    });
    expect(adapter.kept).toEqual(['kept', 'kept', 'kept']);
  });

  it('give their items to whoever names these', async () => {
    const { output } = await first();
    const call = await ask({ input: [user('Hi'), reference(output[0].id), user('And?')] });
    expect(call.failure()).toBeUndefined();
    expect(sent(anthropic).messages[1]).toMatchObject({
      role: 'assistant',
      content: [{ type: 'text', text: 'Hello from Claude' }],
    });
  });

  it('are kept before a stream ends', async () => {
    anthropic.reply(messageStream(['Hel', 'lo']));
    const call = await ask({ input: 'Hi', stream: true }, { stream: true });
    const completed = call.text().split('data: ').at(-1) ?? '';
    const { response } = JSON.parse(completed);
    expect(response).toMatchObject({ store: true, status: 'completed' });
    expect(adapter.kept).toEqual(['kept']);
    anthropic.reply(json(200, message('more')));
    await ask({ input: 'And?', previous_response_id: response.id });
    expect(sent(anthropic).messages[1]).toMatchObject({ content: [{ text: 'Hello' }] });
  });

  it('are kept where an answer may go on elsewhere', async () => {
    const continuing = { ...context, continueOnCut: true };
    anthropic.reply(messageStream(['Hel', 'lo']));
    const call = await ask({ input: 'Hi', stream: true }, { to: continuing, stream: true });
    const { response } = JSON.parse(call.text().split('data: ').at(-1) ?? '');
    await ask(
      { input: 'And?', stream: true, previous_response_id: response.id },
      { to: continuing, stream: true },
    );
    expect(sent(anthropic).messages).toHaveLength(3);
  });

  it('go with the conversation to a provider that keeps its own', async () => {
    const { id } = await first();
    openai.reply(json(200, JSON.stringify({ id: 'resp_1', object: 'response', output: [] })));
    const to = contextOf([candidateOf('aip_openai')], { keepsResponses: true });
    await ask({ input: 'And?', previous_response_id: id, seed: 1 }, { to });
    expect(sent(openai)).toMatchObject({
      seed: 1,
      input: [user('Hi'), { type: 'message', role: 'assistant' }, user('And?')],
    });
    expect(sent(openai).previous_response_id).toBeUndefined();
    const own = { input: [reference('msg_68')], previous_response_id: 'resp_68' };
    await ask(own, { to });
    expect(sent(openai)).toMatchObject(own);
  });

  describe('are found by nobody else', () => {
    it.each([
      ['another project', { projectId: 'prj_2' }],
      ['another organization', { organizationId: 'org_2', projectId: 'prj_3' }],
      [
        'another organization under the same project',
        { organizationId: 'org_2', projectId: 'prj_1' },
      ],
    ])('%s', async (_who, owner) => {
      const { id, output } = await first();
      const aiProviderId = CONNECTION_OF[owner.projectId] ?? '';
      const to = contextOf([{ ...claude, aiProviderId }], { keepsResponses: true, ...owner });
      const before = anthropic.seen.length;
      for (const body of [
        { input: 'x', previous_response_id: id },
        { input: [user('x'), reference(output[0].id)] },
      ]) {
        const call = await ask(body, { to });
        expect(call.failure()).toMatchObject({ code: 'request.reference_not_found' });
      }
      expect(anthropic.seen).toHaveLength(before);
    });

    it('nor does anybody read them in the stream', async () => {
      const secret = 'the canary sings';
      const { id } = await first({ input: secret });
      expect((await ask({ input: 'x', previous_response_id: id })).failure()).toBeUndefined();
      const seen: Buffer[] = [];
      const values: ValueStore = {
        put: (_key, value) => {
          seen.push(Buffer.from(value));
          return Promise.resolve(true);
        },
        get: () => Promise.resolve(null),
        delete: () => Promise.resolve(),
      };
      await adapter.stop();
      adapter = new TestAdapter({ values });
      adapter.connect('aip_claude', { baseUrl: anthropic.url, provider: 'anthropic' });
      await first({ input: secret });
      expect(seen).toHaveLength(1);
      expect(seen[0]?.includes('canary')).toBe(false);
    });
  });

  describe('are not kept', () => {
    it.each<[string, object, CallContext]>([
      ['where the client says so', { store: false }, context],
      ['where the project keeps no payloads', {}, contextOf([claude])],
    ])('%s', async (_why, changes, to) => {
      const answer = answerOf(await ask({ input: 'Hi', ...changes }, { to }));
      expect(answer.store).toBe(false);
      expect(adapter.kept).toEqual([]);
      const call = await ask({ input: [reference(answer.output[0].id)] }, { to });
      expect(call.failure()).toMatchObject({
        param: 'input[0]',
        message: expect.stringContaining('send the items themselves'),
      });
    });

    it('whole where the input is too large: items are found, but nothing goes on from them', async () => {
      const noise = randomBytes(700_000).toString('base64');
      const large = await first({ input: noise });
      expect(adapter.kept).toEqual(['without_input']);
      const next = await ask({ input: 'x', previous_response_id: large.id });
      expect(next.failure()).toMatchObject({
        code: 'request.reference_not_found',
        message: expect.stringContaining('too large'),
      });
      const items = [user('x'), reference(large.output[0].id), user('y')];
      expect((await ask({ input: items })).failure()).toBeUndefined();
    });
  });

  it('leave what OpenAI keeps to OpenAI: the client is told by name', async () => {
    for (const body of [
      { input: 'x', previous_response_id: 'resp_68' },
      { input: [user('x'), reference('msg_68')] },
    ])
      expect((await ask(body)).failure()).toMatchObject({
        code: 'request.unsupported_by_provider',
        message: expect.stringContaining('send the items themselves'),
      });
  });

  it('fail clearly while NATS is away, and only those requests that need them', async () => {
    const { id } = await first();
    stack.stack().kill('nats', 'SIGKILL');
    await eventually(() => (messaging.bus.isConnected() ? undefined : true));
    const needing = await ask({ input: 'x', previous_response_id: id });
    expect(needing.failure()).toMatchObject({ code: 'bus.disconnected' });
    const other = await ask({ input: 'Hi' });
    expect(answerOf(other)).toMatchObject({ status: 'completed' });
    expect(adapter.kept).toEqual(['kept', 'failed']);
    await stack.stack().restart('nats');
    await eventually(() => (messaging.bus.isConnected() ? true : undefined));
    expect((await ask({ input: 'x', previous_response_id: id })).failure()).toBeUndefined();
  }, 60_000);
});
