import { startSimulator, type Simulator } from '../src/index.ts';
import {
  clientOf,
  contentChunks,
  lastEntry,
  readAll,
  send,
  streamBody,
  userSays,
} from './support.ts';

describe('instant answers', () => {
  let simulator: Simulator;
  beforeAll(async () => {
    simulator = await startSimulator({ port: 0 });
  });
  afterEach(() => simulator.clear());
  afterAll(() => simulator.stop());

  test.each([
    ['bench-instant', 120, 80],
    ['any "name"-instant', 5, 50],
  ])('it guarantees the usage of %p, streamed and not', async (model, prompt, completion) => {
    const client = clientOf(simulator);
    const request = { model, messages: userSays('Hello') };
    const unary = await client.chat.completions.create(request);
    const stream = await client.chat.completions.create({
      ...request,
      stream: true,
      stream_options: { include_usage: true },
    });
    const chunks = [];
    for await (const chunk of stream) chunks.push(chunk);
    const usage = {
      prompt_tokens: prompt,
      completion_tokens: completion,
      total_tokens: prompt + completion,
    };
    expect(unary.usage).toMatchObject(usage);
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage });
    expect(chunks.slice(0, -1).every((chunk) => chunk.usage === null)).toBe(true);
    const text = chunks.map((chunk) => chunk.choices[0]?.delta.content ?? '').join('');
    expect(text).toBe(unary.choices[0]?.message.content);
    expect(text.length).toBeGreaterThanOrEqual(270);
    expect(chunks.filter((chunk) => chunk.choices[0]?.delta.content)).toHaveLength(50);
    expect(new Set(chunks.map(({ id }) => id)).size).toBe(1);
    expect(unary.id).not.toBe(chunks[0]?.id);
    const entry = await lastEntry(simulator, ({ endedAt }) => endedAt !== null);
    expect(entry).toMatchObject({
      outcome: 'finished',
      chunksSent: 50,
      promptTokens: prompt,
      completionTokens: completion,
    });
    expect(simulator.summary().byModel[model]).toMatchObject({
      requests: 2,
      finished: 2,
      promptTokens: 2 * prompt,
      completionTokens: 2 * completion,
    });
  });

  test('it guarantees that without include_usage no chunk speaks of usage', async () => {
    const answer = await send(simulator, 'POST', '/v1/chat/completions', streamBody('x-instant'));
    const { text } = await readAll(answer);
    expect(text).not.toContain('"usage"');
    expect(text.endsWith('data: [DONE]\n\n')).toBe(true);
    expect(contentChunks(text)).toBe(49);
  });

  test('it guarantees that a request which the prepared answer does not fit gets one that does', async () => {
    const answer = await clientOf(simulator).chat.completions.create({
      model: 'bench-instant',
      messages: userSays('Hello'),
      max_tokens: 7,
    });
    expect(answer.choices[0]?.finish_reason).toBe('length');
    expect(answer.usage?.completion_tokens).toBe(7);
  });

  test('it guarantees that a caller who leaves an instant stream is recorded', async () => {
    const answer = await send(simulator, 'POST', '/v1/chat/completions', streamBody('x-instant'));
    answer.on('error', () => undefined).destroy();
    const entry = await lastEntry(simulator, ({ endedAt }) => endedAt !== null);
    expect(['aborted', 'finished']).toContain(entry.outcome);
    expect(simulator.summary().byModel['x-instant']).toMatchObject({ requests: 1, running: 0 });
  });
});
