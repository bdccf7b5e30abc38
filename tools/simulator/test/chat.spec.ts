import { APIError } from 'openai';
import { startSimulator, type Simulator } from '../src/index.ts';
import { azureClientOf, clientOf, readJson, send, userSays } from './support.ts';

// No delay of its own, and (through `n`, `stop` or a behaviour) not the prepared answer either.
const model = 'gpt-4o-mini-instant';

describe('chat completions', () => {
  let simulator: Simulator;
  beforeAll(async () => {
    simulator = await startSimulator({ port: 0 });
  });
  afterEach(() => simulator.clear());
  afterAll(() => simulator.stop());

  test('it guarantees that usage follows the documented rule', async () => {
    simulator.setBehaviour('*', { outputTokens: 12, cachedTokens: 2, reasoningTokens: 5 });
    const answer = await clientOf(simulator).chat.completions.create({
      model,
      messages: [
        { role: 'system', content: 'Grüße' },
        { role: 'user', content: [{ type: 'text', text: 'Hello there' }] },
      ],
    });
    // ceil((7 + 11) / 4) + 2 × 3
    expect(answer.usage).toMatchObject({
      prompt_tokens: 11,
      completion_tokens: 17,
      total_tokens: 28,
      prompt_tokens_details: { cached_tokens: 2 },
      completion_tokens_details: { reasoning_tokens: 5 },
    });
    expect(answer.choices[0]?.message.content?.split(' ')).toHaveLength(12);
    expect(answer.choices[0]?.finish_reason).toBe('stop');
  });

  test('it guarantees that a folded stream equals the unary answer', async () => {
    simulator.setBehaviour('*', { outputTokens: 30 });
    const client = clientOf(simulator);
    const request = { model, messages: userSays('Tell me a story') };
    const unary = await client.chat.completions.create(request);
    const stream = await client.chat.completions.create({ ...request, stream: true });
    let text = '';
    const reasons: string[] = [];
    for await (const chunk of stream) {
      text += chunk.choices[0]?.delta.content ?? '';
      const reason = chunk.choices[0]?.finish_reason;
      if (reason) reasons.push(reason);
      expect(chunk).not.toHaveProperty('usage');
    }
    expect(text).toBe(unary.choices[0]?.message.content);
    expect(reasons).toEqual(['stop']);
    expect(text).toContain('Tell me a story');
  });

  test('it guarantees that usage comes in one last chunk without choices when asked for', async () => {
    simulator.setBehaviour('*', { outputTokens: 4 });
    const stream = await clientOf(simulator).chat.completions.create({
      model,
      messages: userSays('Hello'),
      stream: true,
      stream_options: { include_usage: true },
    });
    const chunks = [];
    for await (const chunk of stream) chunks.push(chunk);
    const last = chunks.pop();
    expect(last?.choices).toEqual([]);
    expect(last?.usage).toMatchObject({ prompt_tokens: 5, completion_tokens: 4, total_tokens: 9 });
    expect(chunks.every((chunk) => chunk.usage === null)).toBe(true);
  });

  test('it guarantees that the output cap cuts with `length`, reasoning included', async () => {
    simulator.setBehaviour('*', { reasoningTokens: 4 });
    const client = clientOf(simulator);
    const answer = await client.chat.completions.create({
      model,
      messages: userSays('Hello'),
      max_completion_tokens: 10,
    });
    expect(answer.choices[0]?.finish_reason).toBe('length');
    expect(answer.usage?.completion_tokens).toBe(10);
    const thought = await client.chat.completions.create({
      model,
      messages: userSays('Hello'),
      max_tokens: 3,
    });
    expect(thought.choices[0]).toMatchObject({ finish_reason: 'length', message: { content: '' } });
    expect(thought.usage?.completion_tokens_details?.reasoning_tokens).toBe(3);
  });

  test('it guarantees that a stop sequence ends the text before itself', async () => {
    simulator.setBehaviour('*', { text: 'one two three four' });
    const answer = await clientOf(simulator).chat.completions.create({
      model,
      messages: userSays('Count'),
      stop: ['four', ' three'],
    });
    expect(answer.choices[0]).toMatchObject({
      finish_reason: 'stop',
      message: { content: 'one two' },
    });
    expect(answer.usage?.completion_tokens).toBe(2);
  });

  test('it guarantees as many choices as asked for, streamed in turns', async () => {
    const client = clientOf(simulator);
    const request = { model, messages: userSays('Hello'), n: 3 };
    const unary = await client.chat.completions.create(request);
    expect(unary.usage?.completion_tokens).toBe(120);
    const stream = await client.chat.completions.create({ ...request, stream: true });
    const texts = ['', '', ''];
    for await (const { choices } of stream) {
      const [choice] = choices;
      if (choice !== undefined) texts[choice.index] += choice.delta.content ?? '';
    }
    expect(texts).toEqual(unary.choices.map(({ message }) => message.content));
    expect(new Set(texts).size).toBe(3);
  });

  test('it guarantees a realistic pace unless the model is instant', async () => {
    const started = performance.now();
    const stream = await clientOf(simulator).chat.completions.create({
      model: 'gpt-4o-mini',
      messages: userSays('Hello'),
      stream: true,
      max_tokens: 10,
    });
    let firstAt = 0;
    for await (const chunk of stream) {
      if (firstAt === 0 && chunk.choices[0]?.delta.content) firstAt = performance.now();
    }
    expect(firstAt - started).toBeGreaterThanOrEqual(155);
    expect(performance.now() - firstAt).toBeGreaterThanOrEqual(9 * 11);
  });

  test('it guarantees that Azure names the model in the path and asks for a version', async () => {
    const answer = await azureClientOf(simulator, model).chat.completions.create({
      model: '',
      messages: userSays('Hello'),
    });
    expect(answer.model).toBe(model);
    const path = `/openai/deployments/${model}/chat/completions`;
    const refused = await send(simulator, 'POST', path, '{}');
    expect(refused.statusCode).toBe(404);
    expect(await readJson(refused)).toHaveProperty('error.message');
  });

  test.each(['/openai/v1', '/api/v1', '', '/some/where'])(
    'it guarantees that the prefix %p is accepted',
    async (prefix) => {
      const body = JSON.stringify({ model, messages: userSays('Hello') });
      const answer = await send(simulator, 'POST', `${prefix}/chat/completions`, body);
      expect(answer.statusCode).toBe(200);
      expect(await readJson(answer)).toMatchObject({ object: 'chat.completion', model });
    },
  );

  test.each([
    ['messages', { model, messages: [] }],
    ['model', { messages: userSays('Hello') }],
    ['stream_options', { model, messages: userSays('Hello'), stream_options: {} }],
    ['n', { model, messages: userSays('Hello'), n: 0 }],
    ['max_tokens', { model, messages: userSays('Hello'), max_tokens: 5, max_completion_tokens: 5 }],
    ['stop', { model, messages: userSays('Hello'), stop: ['a', 'b', 'c', 'd', 'e'] }],
    ['stream', { model, messages: userSays('Hello'), stream: 'yes' }],
    ['tool_choice', { model, messages: userSays('Hello'), tool_choice: 'required' }],
  ])('it guarantees that an unfit %p is refused by name', async (param, body) => {
    const answer = await send(simulator, 'POST', '/v1/chat/completions', JSON.stringify(body));
    expect(answer.statusCode).toBe(400);
    expect(await readJson(answer)).toMatchObject({
      error: { param, type: 'invalid_request_error', message: expect.any(String) },
    });
  });

  test('it guarantees that a missing or invalid credential is refused in the shape of OpenAI', async () => {
    const attempt = clientOf(simulator, 'invalid-secret-key').chat.completions.create({
      model,
      messages: userSays('Hello'),
    });
    const failure = await attempt.then(
      () => null,
      (reason: unknown) => reason,
    );
    expect(failure).toBeInstanceOf(APIError);
    expect(failure).toMatchObject({ status: 401, code: 'invalid_api_key' });
    expect(JSON.stringify(failure)).not.toContain('invalid-secret-key');
    const bare = await send(simulator, 'POST', '/v1/chat/completions', '{}', {});
    expect(bare.statusCode).toBe(401);
    const empty = { authorization: 'Bearer ' };
    expect((await send(simulator, 'POST', '/v1/embeddings', '{}', empty)).statusCode).toBe(401);
  });
});
