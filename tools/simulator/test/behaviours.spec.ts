import { APIError } from 'openai';
import { startSimulator, type Simulator } from '../src/index.ts';
import {
  clientOf,
  contentChunks,
  lastEntry,
  readAll,
  readJson,
  send,
  streamBody,
  userSays,
} from './support.ts';

const model = 'gpt-4o-mini-instant';
const chatPath = '/v1/chat/completions';
const unaryBody = JSON.stringify({ model, messages: userSays('Hello') });

describe('behaviours', () => {
  let simulator: Simulator;
  beforeAll(async () => {
    simulator = await startSimulator({ port: 0 });
  });
  afterEach(() => simulator.clear());
  afterAll(() => simulator.stop());

  const put = (name: string, behaviour: object): ReturnType<typeof send> =>
    send(simulator, 'PUT', `/_sim/behaviours/${name}`, JSON.stringify(behaviour));

  test('it guarantees a status with headers, as often as `times` says', async () => {
    const set = await put(model, { status: 429, headers: { 'Retry-After': '7' }, times: 2 });
    expect(set.statusCode).toBe(200);
    const client = clientOf(simulator);
    const ask = (): Promise<unknown> =>
      client.chat.completions.create({ model, messages: userSays('Hello') }).then(
        () => null,
        (reason: unknown) => reason,
      );
    const first = await ask();
    if (!(first instanceof APIError)) throw new Error('no API error');
    expect(first).toMatchObject({ status: 429, code: 'rate_limit_exceeded' });
    expect(first.headers?.get('retry-after')).toBe('7');
    expect(await readJson(await send(simulator, 'GET', '/_sim/behaviours'))).toMatchObject({
      data: [{ model, behaviour: { status: 429, times: 1 } }],
    });
    expect(await ask()).toMatchObject({ status: 429 });
    expect(await ask()).toBeNull();
    const outcomes = simulator.journal().map((entry) => [entry.status, entry.outcome]);
    expect(outcomes).toEqual([
      [429, 'failed'],
      [429, 'failed'],
      [200, 'finished'],
    ]);
    expect(simulator.journal()[0]).toMatchObject({ promptTokens: 0, completionTokens: 0 });
  });

  test('it guarantees that a body stands in for the answer, with or without a status', async () => {
    await put(model, { status: 502, body: '<html>bad gateway</html>', times: 1 });
    const failed = await send(simulator, 'POST', chatPath, unaryBody);
    expect(failed.statusCode).toBe(502);
    expect((await readAll(failed)).text).toBe('<html>bad gateway</html>');
    await put(model, { body: { odd: true } });
    const odd = await send(simulator, 'POST', chatPath, streamBody(model));
    expect(odd.statusCode).toBe(200);
    expect(await readJson(odd)).toEqual({ odd: true });
  });

  test('it guarantees that `*` is for all models but those with one of their own', async () => {
    simulator.setBehaviour('*', { text: 'anyone' });
    simulator.setBehaviour('mine/with/slashes', { text: 'mine', chunkDelayMs: 0, ttftMs: 0 });
    const client = clientOf(simulator);
    const say = async (name: string): Promise<unknown> =>
      (await client.chat.completions.create({ model: name, messages: userSays('Hello') }))
        .choices[0]?.message.content;
    expect(await say('mine/with/slashes')).toBe('mine');
    expect(await say(model)).toBe('anyone');
    const path = '/_sim/behaviours/mine%2Fwith%2Fslashes';
    expect(await readJson(await send(simulator, 'DELETE', path))).toEqual({ removed: 1 });
    expect(await readJson(await send(simulator, 'DELETE', '/_sim/behaviours'))).toEqual({
      removed: 1,
    });
  });

  test('it guarantees the delays before the head, before the first chunk and between chunks', async () => {
    await put(model, { delayMs: 60, ttftMs: 70, chunkDelayMs: 30, outputTokens: 3 });
    const started = performance.now();
    const answer = await send(simulator, 'POST', chatPath, streamBody(model));
    const headAt = performance.now() - started;
    const { text } = await readAll(answer);
    const endAt = performance.now() - started;
    expect(headAt).toBeGreaterThanOrEqual(58);
    expect(endAt).toBeGreaterThanOrEqual(60 + 70 + 2 * 30 - 4);
    expect(contentChunks(text)).toBe(3);
  });

  test('it guarantees that a cut stream has the chunks before the cut and no end', async () => {
    await put(model, { cutAfterChunks: 3, outputTokens: 10 });
    const { text, isWhole } = await readAll(
      await send(simulator, 'POST', chatPath, streamBody(model)),
    );
    expect(isWhole).toBe(false);
    expect(contentChunks(text)).toBe(3);
    expect(text).not.toContain('[DONE]');
    const entry = await lastEntry(simulator, ({ endedAt }) => endedAt !== null);
    expect(entry).toMatchObject({ outcome: 'cut', chunksSent: 3, completionTokens: 3 });
  });

  test('it guarantees that a unary answer can be cut before its head and within its body', async () => {
    await put(model, { cutAfterChunks: 0, times: 1 });
    await expect(send(simulator, 'POST', chatPath, unaryBody)).rejects.toMatchObject({
      code: 'ECONNRESET',
    });
    await put(model, { cutAfterChunks: 1 });
    const half = await readAll(await send(simulator, 'POST', chatPath, unaryBody));
    expect(half.isWhole).toBe(false);
    expect(half.text.length).toBeGreaterThan(100);
    expect(() => JSON.parse(half.text)).toThrow();
  });

  test('it guarantees that a stalled stream stays open until the caller leaves', async () => {
    await put(model, { stallAfterChunks: 2 });
    const answer = await send(simulator, 'POST', chatPath, streamBody(model));
    let text = '';
    answer.setEncoding('utf8').on('data', (part: string) => {
      text += part;
    });
    answer.on('error', () => undefined);
    const stalled = await lastEntry(simulator, ({ outcome }) => outcome === 'stalled');
    expect(stalled).toMatchObject({ endedAt: null, chunksSent: 2 });
    expect(contentChunks(text)).toBeLessThanOrEqual(2);
    expect(answer.destroyed).toBe(false);
    answer.destroy();
    const ended = await lastEntry(simulator, ({ endedAt }) => endedAt !== null);
    expect(ended.outcome).toBe('stalled');
  });

  test('it guarantees that a unary answer can stall', async () => {
    await put(model, { stallAfterChunks: 1 });
    const answer = await send(simulator, 'POST', chatPath, unaryBody);
    answer.on('error', () => undefined).resume();
    expect(answer.statusCode).toBe(200);
    const entry = await lastEntry(simulator, ({ outcome }) => outcome === 'stalled');
    expect(entry.endedAt).toBeNull();
    answer.destroy();
    await lastEntry(simulator, ({ endedAt }) => endedAt !== null);
  });

  test('it guarantees that garbage comes after the chunks asked for, and then the rest', async () => {
    await put(model, { garbageAfterChunks: 2, outputTokens: 5 });
    const { text, isWhole } = await readAll(
      await send(simulator, 'POST', chatPath, streamBody(model)),
    );
    expect(isWhole).toBe(true);
    const [before = '', after = ''] = text.split('<html>');
    expect([contentChunks(before), contentChunks(after)]).toEqual([2, 3]);
    expect(after).toContain('data: {"broken": \n\n');
    expect(text.endsWith('data: [DONE]\n\n')).toBe(true);
    const unary = await readAll(await send(simulator, 'POST', chatPath, unaryBody));
    expect(() => JSON.parse(unary.text)).toThrow();
  });

  test.each([
    ['delay', { delay: 5 }],
    ['__proto__', '{"__proto__":{"status":500}}'],
    ['status', { status: 99 }],
    ['times', { times: 0 }],
    ['headers', { headers: { 'bad name': 'x' } }],
    ['text', { text: 5 }],
    [null, []],
  ])('it guarantees that an unfit field %p is refused by name', async (param, behaviour) => {
    const body = typeof behaviour === 'string' ? behaviour : JSON.stringify(behaviour);
    const answer = await send(simulator, 'PUT', `/_sim/behaviours/${model}`, body);
    expect(answer.statusCode).toBe(400);
    expect(await readJson(answer)).toMatchObject({ error: { param } });
    expect(await readJson(await send(simulator, 'GET', '/_sim/behaviours'))).toEqual({ data: [] });
  });

  test('it guarantees that an unfit behaviour throws when set from code', () => {
    expect(() => simulator.setBehaviour(model, { status: 1_000 })).toThrow(/status/);
  });
});
