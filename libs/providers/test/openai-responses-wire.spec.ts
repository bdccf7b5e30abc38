import { type Conversation, Losses, type Message } from '@tollgate/neutral';
import { PROVIDERS } from '../src/provider-registry.ts';
import { EMPTY_CONVERSATION, wireRequest } from './support/read-wire.ts';

const connected = PROVIDERS.openai.connect({
  baseUrl: 'https://api.openai.com/v1',
  config: { api: 'responses' },
  credential: 'key',
});
const wire = connected.ok ? connected.value.chat : null;

describe('a conversation over the responses API', () => {
  const own = (value: string) => ({ wire: 'openai-responses', value }) as const;

  function send(
    changes: Partial<Conversation>,
    model = 'gpt-5',
  ): { body: Record<string, unknown>; dropped: readonly string[]; refused: string | undefined } {
    const losses = new Losses('lenient', 'OpenAI');
    const conversation = { ...EMPTY_CONVERSATION, ...changes };
    const encoded = wire?.encodeRequest(wireRequest(model, { conversation, losses }));
    const settled = losses.settle();
    return {
      body: encoded?.ok ? JSON.parse(Buffer.from(encoded.value.body).toString()) : {},
      dropped: settled.ok ? settled.value : [],
      refused: settled.ok ? undefined : settled.failure.param,
    };
  }

  it('gives encrypted reasoning back, and leaves out what other vendors thought', () => {
    const messages: Message[] = [
      {
        role: 'assistant',
        parts: [
          { type: 'reasoning', text: 'one', isSummary: true, id: 'rs_1' },
          { type: 'reasoning', text: 'two', isSummary: true, id: 'rs_1', signature: own('enc') },
          { type: 'reasoning', text: 'x', signature: { wire: 'anthropic', value: 's' } },
          { type: 'text', text: 'hm' },
          { type: 'tool-call', id: 'c', name: 'f', argumentsText: '{}', kind: 'function' },
        ],
      },
      {
        role: 'tool',
        parts: [
          {
            type: 'tool-result',
            callId: 'c',
            kind: 'function',
            parts: [
              { type: 'text', text: 'see' },
              { type: 'image', source: { kind: 'data', mediaType: 'image/png', base64: 'AA' } },
            ],
          },
        ],
      },
    ];
    const { body, dropped } = send({ messages });
    expect(body).toMatchObject({
      store: false,
      include: ['reasoning.encrypted_content'],
      input: [
        {
          type: 'reasoning',
          id: 'rs_1',
          summary: [
            { type: 'summary_text', text: 'one' },
            { type: 'summary_text', text: 'two' },
          ],
          encrypted_content: 'enc',
        },
        { role: 'assistant', content: [{ type: 'output_text', text: 'hm' }] },
        { type: 'function_call', call_id: 'c', name: 'f', arguments: '{}' },
        {
          type: 'function_call_output',
          call_id: 'c',
          output: [
            { type: 'input_text', text: 'see' },
            { type: 'input_image', image_url: 'data:image/png;base64,AA' },
          ],
        },
      ],
    });
    expect(dropped).toEqual(['messages[].reasoning_content']);
  });

  it('asks no model for encrypted reasoning that has none', () => {
    expect(send({}, 'gpt-4.1-mini').body).not.toHaveProperty('include');
  });

  it('says that functions are not strict unless they are', () => {
    const { body } = send({
      tools: [
        { type: 'function', name: 'f' },
        { type: 'function', name: 'g', strict: true, parameters: {} },
        { type: 'custom', name: 'h', format: { type: 'grammar', grammar: { syntax: 'lark' } } },
        { type: 'server', wire: 'anthropic', kind: 'web_search', name: 'web_search', json: {} },
      ],
      toolChoice: { type: 'allowed', mode: 'auto', names: ['f', 'h'] },
    });
    expect(body.tools).toEqual([
      {
        type: 'function',
        name: 'f',
        parameters: { type: 'object', properties: {} },
        strict: false,
      },
      { type: 'function', name: 'g', parameters: {}, strict: true },
      { type: 'custom', name: 'h', format: { type: 'grammar', syntax: 'lark' } },
      { type: 'web_search' },
    ]);
    expect(body.tool_choice).toEqual({
      type: 'allowed_tools',
      mode: 'auto',
      tools: [
        { type: 'function', name: 'f' },
        { type: 'custom', name: 'h' },
      ],
    });
  });

  it('names what it cannot express', () => {
    const { dropped } = send({
      seed: 1,
      topK: 2,
      frequencyPenalty: 1,
      presencePenalty: 0,
      logitBias: { '1': 1 },
      others: { safety_settings: [] },
    });
    expect(dropped).toEqual([
      'top_k',
      'seed',
      'frequency_penalty',
      'logit_bias',
      'safety_settings',
    ]);
    expect(send({ stop: ['x'] }).refused).toBe('stop');
    expect(send({ candidates: 2 }).refused).toBe('n');
    expect(send({ modalities: ['audio'] }).refused).toBe('modalities');
    const video: Message = {
      role: 'user',
      parts: [{ type: 'video', source: { kind: 'url', url: 'https://v' } }],
    };
    expect(send({ messages: [video] }).refused).toBe('messages[].content[].video_url');
  });
});
