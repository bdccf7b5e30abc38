import { startSimulator, type Simulator } from '../src/index.ts';
import { clientOf, readJson, send } from './support.ts';

const model = 'text-embedding-instant';

describe('embeddings, models and limits', () => {
  let simulator: Simulator;
  const bodyLimitBytes = 100_000;
  beforeAll(async () => {
    simulator = await startSimulator({ port: 0, bodyLimitBytes });
  });
  afterEach(() => simulator.clear());
  afterAll(() => simulator.stop());

  test('it guarantees the same unit vector for the same text, in either encoding', async () => {
    const client = clientOf(simulator);
    const input = ['Hello world', 'Grüße', 'Hello world'];
    // The SDK asks for base64 unless told otherwise.
    const packed = await client.embeddings.create({ model, input, dimensions: 64 });
    const plain = await client.embeddings.create({
      model,
      input,
      dimensions: 64,
      encoding_format: 'float',
    });
    const [first, second, third] = plain.data.map(({ embedding }) => embedding);
    expect(first).toHaveLength(64);
    expect(first).toEqual(third);
    expect(first).not.toEqual(second);
    expect(Math.hypot(...(first ?? []))).toBeCloseTo(1, 5);
    expect(packed.data[0]?.embedding).toEqual(first);
    expect(plain.usage).toEqual({ prompt_tokens: 8, total_tokens: 8 });
    expect(simulator.journal().at(-1)).toMatchObject({ operation: 'embeddings', promptTokens: 8 });
  });

  test('it guarantees that tokens are counted as such, and that unfit input is refused', async () => {
    const client = clientOf(simulator);
    const answer = await client.embeddings.create({ model, input: [[1, 2, 3], [4]] });
    expect(answer.usage.prompt_tokens).toBe(4);
    await expect(client.embeddings.create({ model, input: '' })).rejects.toMatchObject({
      status: 400,
      param: 'input',
    });
    simulator.setBehaviour(model, { status: 500 });
    await expect(client.embeddings.create({ model, input: 'x' })).rejects.toMatchObject({
      status: 500,
    });
  });

  test('it guarantees a list of models, and any model by name', async () => {
    const client = clientOf(simulator);
    const list = await client.models.list();
    expect(list.data.map(({ id }) => id)).toContain('gpt-4o-mini');
    expect(await client.models.retrieve('some/model')).toMatchObject({ id: 'some/model' });
    await expect(clientOf(simulator, 'invalid').models.list()).rejects.toMatchObject({
      status: 401,
    });
  });

  test('it guarantees that a body over the limit is refused, and the largest allowed is not', async () => {
    const path = '/v1/chat/completions';
    const over = await send(simulator, 'POST', path, Buffer.alloc(bodyLimitBytes + 1, 0x20));
    expect(over.statusCode).toBe(413);
    expect(await readJson(over)).toMatchObject({ error: { code: 'request_too_large' } });
    const start = '{"model":"x-instant","messages":[{"role":"user","content":"';
    const content = 'a'.repeat(bodyLimitBytes - start.length - '"}]}'.length);
    const fits = await send(simulator, 'POST', path, `${start}${content}"}]}`);
    expect(fits.statusCode).toBe(200);
  });

  test.each(['', '{', '[]', '"text"', 'null', '{"model": "x"'])(
    'it guarantees that the body %p is refused in the shape of OpenAI',
    async (body) => {
      const answer = await send(simulator, 'POST', '/v1/chat/completions', body);
      expect(answer.statusCode).toBe(400);
      expect(await readJson(answer)).toMatchObject({
        error: { message: expect.any(String), type: 'invalid_request_error' },
      });
    },
  );

  test('it guarantees 404 for what it does not serve', async () => {
    const unknown = await send(simulator, 'POST', '/v1/unknown', '{}');
    expect(unknown.statusCode).toBe(404);
    expect(await readJson(unknown)).toHaveProperty('error.type', 'invalid_request_error');
    expect((await send(simulator, 'GET', '/_sim/unknown')).statusCode).toBe(404);
    expect((await send(simulator, 'PATCH', '/_sim/journal')).statusCode).toBe(404);
  });

  test('it guarantees that it stops with streams under way, and more than once', async () => {
    const other = await startSimulator({ port: 0 });
    other.setBehaviour('*', { stallAfterChunks: 0 });
    const body = JSON.stringify({
      model: 'x',
      stream: true,
      messages: [{ role: 'user', content: 'x' }],
    });
    const answer = await send(other, 'POST', '/v1/chat/completions', body);
    const closed = new Promise((resolve) =>
      answer.on('error', () => undefined).once('close', resolve),
    );
    answer.resume();
    await other.stop();
    await other.stop();
    await closed;
    expect(other.journal()[0]?.endedAt).not.toBeNull();
  });
});
