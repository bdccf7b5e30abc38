import { createHash } from 'node:crypto';
import { startSimulator, type Simulator } from '../src/index.ts';
import { apiKey, clientOf, lastEntry, readJson, send, streamBody, userSays } from './support.ts';

const model = 'gpt-4o-mini-instant';
const chatPath = '/v1/chat/completions';

describe('the journal', () => {
  let simulator: Simulator;
  beforeAll(async () => {
    simulator = await startSimulator({ port: 0, journalCapacity: 5 });
  });
  afterEach(() => simulator.clear());
  afterAll(() => simulator.stop());

  const journal = async (query = ''): Promise<unknown> =>
    readJson(await send(simulator, 'GET', `/_sim/journal${query}`));

  test('it guarantees an entry with request id, tokens and times, and never the credential', async () => {
    const answer = await clientOf(simulator).chat.completions.create(
      { model, messages: userSays('Hello'), user: 'usr_1' },
      { headers: { 'x-tollgate-request-id': 'req_1' } },
    );
    const hash = createHash('sha256').update(apiKey).digest('hex').slice(0, 12);
    const listed = await journal();
    expect(listed).toEqual({
      data: [
        {
          index: 0,
          id: answer.id,
          requestId: 'req_1',
          operation: 'chat',
          model,
          stream: false,
          user: 'usr_1',
          status: 200,
          promptTokens: answer.usage?.prompt_tokens,
          completionTokens: answer.usage?.completion_tokens,
          chunksSent: 0,
          outcome: 'finished',
          receivedAt: expect.stringMatching(/^\d{4}-.*\.\d{3}Z$/),
          firstByteAt: expect.any(String),
          endedAt: expect.any(String),
          authorizationHash: hash,
        },
      ],
      total: 1,
      dropped: 0,
    });
    expect(JSON.stringify(listed)).not.toContain(apiKey);
  });

  test('it guarantees that a caller who leaves is recorded as aborted, with what was sent', async () => {
    const abort = new AbortController();
    simulator.setBehaviour('*', { outputTokens: 1_000, chunkDelayMs: 2 });
    const stream = await clientOf(simulator).chat.completions.create(
      { model, messages: userSays('Hello'), stream: true },
      { signal: abort.signal },
    );
    let seen = 0;
    let leftAt = 0;
    for await (const chunk of stream) {
      if (chunk.choices[0]?.delta.content) seen += 1;
      if (seen === 5) {
        expect(simulator.journal().at(-1)).toMatchObject({ outcome: 'running', endedAt: null });
        leftAt = Date.now();
        abort.abort();
      }
    }
    const entry = await lastEntry(simulator, ({ outcome }) => outcome !== 'running');
    expect(entry.outcome).toBe('aborted');
    expect(entry.chunksSent).toBeGreaterThanOrEqual(5);
    expect(entry.chunksSent).toBeLessThan(1_000);
    expect(entry.completionTokens).toBe(entry.chunksSent);
    expect(Date.parse(entry.endedAt ?? '') - leftAt).toBeLessThan(100);
  });

  test('it guarantees that a caller who does not read is not written to without bound', async () => {
    simulator.setBehaviour('*', { text: 'x'.repeat(4_096), outputTokens: 20_000, chunkDelayMs: 0 });
    const answer = await send(simulator, 'POST', chatPath, streamBody(model));
    const sentSoFar = (): number => simulator.journal().at(-1)?.chunksSent ?? 0;
    // Steady once two looks, some turns of the loop apart, see the same count.
    let before = -1;
    const deadline = Date.now() + 5_000;
    while ((before !== sentSoFar() || before === 0) && Date.now() < deadline) {
      before = sentSoFar();
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    expect(before).toBeGreaterThan(0);
    expect(before).toBeLessThan(10_000);
    answer.on('error', () => undefined).destroy();
    expect((await lastEntry(simulator, ({ endedAt }) => endedAt !== null)).outcome).toBe('aborted');
  });

  test('it guarantees that it can be filtered, and says what it dropped', async () => {
    const client = clientOf(simulator);
    for (const name of [
      'a-instant',
      'b-instant',
      'a-instant',
      'b-instant',
      'a-instant',
      'b-instant',
      'b-instant',
    ]) {
      await client.chat.completions.create({ model: name, messages: userSays('Hello') });
    }
    const indexes = async (query: string): Promise<unknown> => {
      const listed = await journal(query);
      expect(listed).toMatchObject({ total: 7, dropped: 2 });
      const { data } = listed as { data: { index: number }[] };
      return data.map(({ index }) => index);
    };
    expect(await indexes('')).toEqual([2, 3, 4, 5, 6]);
    expect(await indexes('?since=5')).toEqual([5, 6]);
    expect(await indexes('?since=0&limit=2')).toEqual([2, 3]);
    expect(await indexes('?limit=2')).toEqual([5, 6]);
    expect(await indexes('?model=a-instant')).toEqual([2, 4]);
    expect((await send(simulator, 'GET', '/_sim/journal?since=x')).statusCode).toBe(400);
    const { summary } = { summary: await journal('?summary=1') };
    expect(summary).toMatchObject({
      total: 7,
      byModel: { 'a-instant': { requests: 3, finished: 3, aborted: 0, cut: 0, running: 0 } },
    });
    expect(await readJson(await send(simulator, 'DELETE', '/_sim/journal'))).toEqual({
      removed: 7,
    });
    expect(await journal()).toEqual({ data: [], total: 0, dropped: 0 });
  });

  test('it guarantees that requests that are refused are recorded as failed', async () => {
    await send(simulator, 'POST', chatPath, JSON.stringify({ model }), {
      authorization: 'Bearer invalid-key',
    });
    await send(simulator, 'POST', chatPath, '{');
    expect(simulator.journal()).toMatchObject([
      { status: 401, outcome: 'failed', model, promptTokens: 0 },
      { status: 400, outcome: 'failed', model: '' },
    ]);
  });
});
