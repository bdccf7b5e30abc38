import OpenAI, { APIUserAbortError } from 'openai';
import { eventually } from '../src/index.ts';
import { inBothModes } from './in-both-modes.ts';

const messages = [{ role: 'user' as const, content: 'Say hello to the gateway' }];
const weather = {
  type: 'function' as const,
  function: {
    name: 'get_weather',
    description: 'The weather in a city',
    parameters: {
      type: 'object',
      properties: { city: { type: 'string' }, unit: { type: 'string', enum: ['C', 'F'] } },
      required: ['city', 'unit'],
      additionalProperties: false,
    },
    strict: true,
  },
};

inBothModes('the official OpenAI client', (scene) => {
  it('chats, and learns who served it at what cost', async () => {
    const { data, response } = await scene()
      .openai()
      .chat.completions.create({ model: 'gpt-4o-mini', messages })
      .withResponse();
    expect(data.choices[0]?.message.content?.length).toBeGreaterThan(0);
    expect(data.usage?.total_tokens).toBeGreaterThan(0);
    expect(response.headers.get('x-tollgate-provider')).toBe('openai');
    expect(response.headers.get('x-tollgate-model')).toBe('gpt-4o-mini');
    expect(response.headers.get('x-tollgate-request-id')).toMatch(/^req_[0-9a-z]{26}$/);
    expect(Number(response.headers.get('x-tollgate-cost-usd'))).toBeGreaterThan(0);
  });

  it('streams, with usage only where it asked for it', async () => {
    const openai = scene().openai();
    const read = async (stream_options?: { include_usage: boolean }) => {
      const stream = await openai.chat.completions.create({
        model: 'gpt-4o-mini',
        messages,
        stream: true,
        ...(stream_options ? { stream_options } : {}),
      });
      let text = '';
      let usage = 0;
      let finish: string | null | undefined;
      for await (const chunk of stream) {
        text += chunk.choices[0]?.delta.content ?? '';
        finish = chunk.choices[0]?.finish_reason ?? finish;
        if (chunk.usage) usage++;
      }
      return { text, usage, finish };
    };
    const plain = await read();
    expect(plain).toMatchObject({ usage: 0, finish: 'stop' });
    expect(plain.text.length).toBeGreaterThan(0);
    expect(await read({ include_usage: true })).toMatchObject({ usage: 1, text: plain.text });
  });

  it('calls a tool and goes on with its result', async () => {
    const openai = scene().openai();
    const asked = { role: 'user' as const, content: 'What is the weather in Paris?' };
    const first = await openai.chat.completions.create({
      model: 'gpt-4o-mini',
      messages: [asked],
      tools: [weather],
      tool_choice: 'required',
    });
    const message = first.choices[0]?.message;
    const call = message?.tool_calls?.[0];
    if (!message || call?.type !== 'function') throw new Error('no tool was called');
    expect(call.function.name).toBe('get_weather');
    expect(JSON.parse(call.function.arguments)).toMatchObject({ city: expect.any(String) });
    const second = await openai.chat.completions.create({
      model: 'gpt-4o-mini',
      messages: [
        asked,
        message,
        { role: 'tool', tool_call_id: call.id, content: '{"celsius": 18}' },
      ],
      tools: [weather],
    });
    expect(second.choices[0]?.finish_reason).toBe('stop');
  });

  it('gets JSON by a schema', async () => {
    const answer = await scene()
      .openai()
      .chat.completions.create({
        model: 'gpt-4o-mini',
        messages,
        response_format: {
          type: 'json_schema',
          json_schema: {
            name: 'greeting',
            strict: true,
            schema: {
              type: 'object',
              properties: { text: { type: 'string' }, loud: { type: 'boolean' } },
              required: ['text', 'loud'],
              additionalProperties: false,
            },
          },
        },
      });
    expect(JSON.parse(answer.choices[0]?.message.content ?? '')).toEqual({
      text: expect.any(String),
      loud: expect.any(Boolean),
    });
  });

  it('aborts: the upstream connection closes within 100 ms, and the record says so and charges what was used', async () => {
    const { openai, oracle, system, admin } = scene();
    const model = 'aborted-model';
    await oracle.setBehaviour(model, { ttftMs: 10, chunkDelayMs: 20, outputTokens: 500 });
    const { key } = await admin.setUp(`abort-${system.mode}`);
    const abort = new AbortController();
    const stream = await openai(key.key).chat.completions.create(
      { model, messages, stream: true },
      { signal: abort.signal },
    );
    let abortedAt = 0;
    let chunks = 0;
    try {
      for await (const chunk of stream) {
        chunks += chunk.choices.length;
        if (chunks === 5) {
          abortedAt = Date.now();
          abort.abort();
        }
      }
    } catch (error) {
      expect(error).toBeInstanceOf(APIUserAbortError);
    }
    const [entry] = await eventually(
      'the provider sees the end of the call',
      () => oracle.journal(model),
      ([found]) => found?.outcome === 'aborted',
    );
    expect(Date.parse(entry?.endedAt ?? '') - abortedAt).toBeLessThan(100);
    const stored = await eventually(
      'the record arrives',
      () =>
        admin.call<{ data: Record<string, unknown>[] }>(
          'GET',
          `/api/v1/requests?keyId=${key.id}&projectId=${key.projectId}`,
        ),
      (page) => page.data.length === 1,
    );
    expect(stored.data[0]).toMatchObject({ outcome: 'cancelled', usageSource: 'estimated' });
    const usage = stored.data[0]?.usage as { readonly outputTokens: number };
    expect(usage.outputTokens).toBeGreaterThanOrEqual(4);
    expect(usage.outputTokens).toBeLessThan(100);
  });

  it('meets the failures as its own error classes', async () => {
    const { openai } = scene();
    await expect(
      openai('tg_live_nobody0000000000000000000000000000000000').chat.completions.create({
        model: 'gpt-4o-mini',
        messages,
      }),
    ).rejects.toBeInstanceOf(OpenAI.AuthenticationError);
    await expect(
      openai().chat.completions.create({ model: 'gpt-4o-mini', messages: [] }),
    ).rejects.toMatchObject({ status: 400, code: 'validation_error', param: 'messages' });
  });

  it('lists the models', async () => {
    const models = await scene().openai().models.list();
    expect(models.data.map((model) => model.id)).toContain('gpt-4o-mini');
  });
});
