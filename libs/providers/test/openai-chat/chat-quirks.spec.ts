import { type ProviderSlug } from '@tollgate/contracts';
import {
  type Conversation,
  type LossPolicy,
  Losses,
  type Part,
  type Tool,
} from '@tollgate/neutral';
import { isRecord } from '../../src/json/json-value.ts';
import { chatWireOf, type Json, wireRequestFor } from './recorded-chats.ts';

interface Sent {
  readonly body: Json;
  readonly named: readonly string[];
  /** The first thing that was refused. */
  readonly refused: string | undefined;
}

function send(
  slug: ProviderSlug,
  given: Partial<Conversation>,
  policy: LossPolicy = 'lenient',
): Sent {
  const losses = new Losses(policy, slug);
  const request = {
    ...wireRequestFor(slug, { origin: 'anthropic', ...given }, losses),
    stream: false,
  };
  const encoded = chatWireOf(slug).encodeRequest(request);
  if (!encoded.ok) throw new Error(encoded.failure.message);
  const settled = losses.settle();
  const body: unknown = JSON.parse(Buffer.from(encoded.value.body).toString());
  return {
    body: isRecord(body) ? body : {},
    named: settled.ok ? settled.value : [],
    refused: settled.ok ? undefined : settled.failure.param,
  };
}

const user = (...parts: Part[]): Partial<Conversation> => ({ messages: [{ role: 'user', parts }] });
const assistant = (...parts: Part[]): Partial<Conversation> => ({
  messages: [{ role: 'assistant', parts }],
});
const text = (said: string): Part => ({ type: 'text', text: said });
const call = (id: string): Part => ({
  type: 'tool-call',
  id,
  name: 'f',
  argumentsText: '{}',
  kind: 'function',
});
const result = (callId: string, ...parts: readonly Part[]): Part => ({
  type: 'tool-result',
  callId,
  kind: 'function',
  parts: parts.filter((part) => part.type === 'text' || part.type === 'image'),
});
const image = (url: string): Part => ({ type: 'image', source: { kind: 'url', url } });
const URL_OF_IMAGE = 'https://a.example/i.png';

describe('ids of calls', () => {
  const loop = (id: string): Partial<Conversation> => ({
    messages: [
      { role: 'assistant', parts: [call(id), call('abcDEF123')] },
      { role: 'user', parts: [result(id, text('1')), result('abcDEF123', text('2'))] },
    ],
  });

  it('are nine letters and digits for Mistral, the same for a call and its result, turn after turn', () => {
    const { body, named } = send('mistral', loop('toolu_01A09q90qw90lq917835lq9'));
    const [made, kept] = idsIn(body);
    expect(made).toMatch(/^[a-zA-Z0-9]{9}$/);
    expect(kept).toBe('abcDEF123');
    expect(idsIn(body)).toEqual([made, kept, made, kept]);
    expect(named).toEqual(['messages[].tool_calls[].id']);
    expect(idsIn(send('mistral', loop('toolu_01A09q90qw90lq917835lq9')).body)).toEqual(idsIn(body));
  });

  it('are no longer than forty characters for OpenAI, and anything elsewhere', () => {
    expect(idsIn(send('openai', loop('x'.repeat(41))).body)[0]).toHaveLength(9);
    expect(idsIn(send('openai', loop('x'.repeat(40))).body)[0]).toBe('x'.repeat(40));
    expect(idsIn(send('groq', loop('x'.repeat(99))).body)[0]).toBe('x'.repeat(99));
  });

  it('do not run together when a made one is there already', () => {
    const [made = ''] = idsIn(send('mistral', loop('long-id-of-a-call')).body);
    const parts = [call(made), call('long-id-of-a-call')];
    const ids = idsIn(send('mistral', assistant(...parts)).body);
    expect(new Set(ids).size).toBe(2);
  });
});

describe('reasoning of an earlier turn', () => {
  const thought: Part = {
    type: 'reasoning',
    text: 'hm',
    signature: { wire: 'anthropic', value: 's' },
  };
  const back = (slug: ProviderSlug): unknown => {
    const [message] = messagesOf(send(slug, assistant(thought, text('so'))).body);
    return message;
  };

  it.each([
    ['openai', { role: 'assistant', content: 'so' }, ['messages[].reasoning_content']],
    [
      'deepseek',
      { role: 'assistant', content: 'so', reasoning_content: 'hm' },
      ['messages[].reasoning_details'],
    ],
    [
      'groq',
      { role: 'assistant', content: 'so', reasoning: 'hm' },
      ['messages[].reasoning_details'],
    ],
    [
      'openrouter',
      { role: 'assistant', content: 'so', reasoning: 'hm' },
      ['messages[].reasoning_details'],
    ],
    [
      'custom',
      { role: 'assistant', content: 'so', reasoning_content: 'hm' },
      ['messages[].reasoning_details'],
    ],
    [
      'mistral',
      {
        role: 'assistant',
        content: [
          { type: 'thinking', thinking: [{ type: 'text', text: 'hm' }] },
          { type: 'text', text: 'so' },
        ],
      },
      ['messages[].reasoning_details'],
    ],
  ] as const)('goes back to %s where it reads it', (slug, message, named) => {
    expect(back(slug)).toEqual(message);
    expect(send(slug, assistant(thought, text('so'))).named).toEqual(named);
    expect(send(slug, assistant(thought, text('so')), 'strict').refused).toBe(named[0]);
  });

  it('goes to a gateway with its seal, whoever made it', () => {
    expect(back('gateway')).toMatchObject({
      reasoning_content: 'hm',
      reasoning_details: [{ type: 'reasoning.text', text: 'hm', signature: 'tg1.anthropic.s' }],
    });
  });
});

describe('how much to think', () => {
  it.each([
    ['openai', { effort: 'max' }, { reasoning_effort: 'xhigh' }, ['reasoning_effort']],
    ['openai', { effort: 'minimal' }, { reasoning_effort: 'minimal' }, []],
    ['openai', { budgetTokens: 20_000 }, { reasoning_effort: 'high' }, ['reasoning_effort']],
    ['xai', { effort: 'minimal' }, { reasoning_effort: 'low' }, ['reasoning_effort']],
    ['mistral', { effort: 'low' }, { reasoning_effort: 'high' }, ['reasoning_effort']],
    ['mistral', { effort: 'none' }, { reasoning_effort: 'none' }, []],
    ['deepseek', { budgetTokens: 0 }, { thinking: { type: 'disabled' } }, []],
    ['deepseek', { budgetTokens: 'dynamic' }, { thinking: { type: 'enabled' } }, []],
    ['openrouter', { budgetTokens: 2_000 }, { reasoning: { max_tokens: 2_000 } }, []],
    [
      'openrouter',
      { effort: 'low', includeText: false },
      { reasoning: { effort: 'low', exclude: true } },
      [],
    ],
    ['groq', { budgetTokens: 'dynamic' }, {}, []],
  ] as const)('is said to %s as it wants: %j', (slug, reasoning, fields, names) => {
    const { body, named } = send(slug, { reasoning });
    expect(body).toEqual({ model: 'm', messages: [], ...fields });
    expect(named).toEqual(names);
  });
});

describe('media', () => {
  it('is fetched only where bytes are wanted', () => {
    const pdf: Part = { type: 'document', source: { kind: 'url', url: 'https://a.example/d.pdf' } };
    const { conversation } = wireRequestFor(
      'ollama',
      user(image(URL_OF_IMAGE), image(URL_OF_IMAGE), pdf),
    );
    expect(chatWireOf('ollama').mediaToFetch(conversation)).toEqual([
      URL_OF_IMAGE,
      'https://a.example/d.pdf',
    ]);
    expect(chatWireOf('openai').mediaToFetch(conversation)).toEqual(['https://a.example/d.pdf']);
    expect(chatWireOf('openrouter').mediaToFetch(conversation)).toEqual([]);
    expect(chatWireOf('mistral').mediaToFetch(conversation)).toEqual([]);
  });

  it('that was fetched goes inline; what could not be is refused', () => {
    const request = wireRequestFor('ollama', user(image(URL_OF_IMAGE)));
    const fetched = new Map([[URL_OF_IMAGE, { mediaType: 'image/png', base64: 'aGk=' }]]);
    const encoded = chatWireOf('ollama').encodeRequest({ ...request, fetched });
    if (!encoded.ok) throw new Error(encoded.failure.message);
    expect(Buffer.from(encoded.value.body).toString()).toContain('data:image/png;base64,aGk=');
    expect(send('ollama', user(image(URL_OF_IMAGE))).refused).toBe(
      'messages[].content[].image_url',
    );
  });

  it.each([
    ['deepseek', image(URL_OF_IMAGE), 'messages[].content[].image_url'],
    [
      'groq',
      { type: 'audio', source: { kind: 'data', mediaType: 'audio/wav', base64: '' } },
      'messages[].content[].input_audio',
    ],
    [
      'openai',
      { type: 'video', source: { kind: 'url', url: 'https://a.example/v' } },
      'messages[].content[].video_url',
    ],
    [
      'xai',
      { type: 'document', source: { kind: 'data', mediaType: 'application/pdf', base64: '' } },
      'messages[].content[].file',
    ],
    [
      'openai',
      { type: 'image', source: { kind: 'file', wire: 'anthropic', id: 'f' } },
      'messages[].content[].image_url',
    ],
  ] as const)('that %s cannot take is refused by name', (slug, part, name) => {
    expect(send(slug, user(part)).refused).toBe(name);
  });

  it.each([
    [
      'openai',
      { type: 'file', file: { filename: 'a.pdf', file_data: 'data:application/pdf;base64,aGk=' } },
    ],
    [
      'mistral',
      {
        type: 'document_url',
        document_url: 'data:application/pdf;base64,aGk=',
        document_name: 'a.pdf',
      },
    ],
  ] as const)('goes to %s in its own form', (slug, part) => {
    const source = { kind: 'data', mediaType: 'application/pdf', base64: 'aGk=' } as const;
    const [message] = messagesOf(
      send(slug, user({ type: 'document', source, title: 'a.pdf' })).body,
    );
    expect(message?.['content']).toEqual([part]);
  });

  it('in a tool’s result follows in a message of the user’s, where the vendor takes none there', () => {
    const given: Partial<Conversation> = {
      messages: [
        { role: 'assistant', parts: [call('c1'), call('c2')] },
        {
          role: 'user',
          parts: [text('go on'), result('c1', image(URL_OF_IMAGE)), result('c2', text('2'))],
        },
      ],
    };
    const { body, named } = send('openai', given);
    expect(messagesOf(body).slice(1)).toEqual([
      { role: 'tool', tool_call_id: 'c1', content: '' },
      { role: 'tool', tool_call_id: 'c2', content: '2' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'Result of c1:' },
          { type: 'image_url', image_url: { url: URL_OF_IMAGE } },
        ],
      },
      { role: 'user', content: 'go on' },
    ]);
    expect(named).toEqual(['messages[].content[].image_url']);
    expect(messagesOf(send('openrouter', given).body)[1]?.['content']).toEqual([
      { type: 'image_url', image_url: { url: URL_OF_IMAGE } },
    ]);
  });
});

describe('tools', () => {
  const search: Tool = {
    type: 'server',
    wire: 'anthropic',
    kind: 'web_search',
    name: 'web_search_20250305',
    json: {},
  };
  const f: Tool = { type: 'function', name: 'f', strict: true };
  const g: Tool = { type: 'function', name: 'g', parameters: { type: 'object' } };

  it('of the vendor’s own: a search of the web goes over where the vendor has one', () => {
    expect(send('openai', { tools: [search] }).body).toMatchObject({ web_search_options: {} });
    expect(send('openrouter', { tools: [search] }).body).toMatchObject({
      tools: [{ type: 'openrouter:web_search' }],
    });
    expect(send('groq', { tools: [search] }).refused).toBe('tools[].web_search_20250305');
    expect(send('openai', { tools: [{ ...search, kind: null }] }).refused).toBe(
      'tools[].web_search_20250305',
    );
  });

  it('that take free text are OpenAI’s alone', () => {
    const tools: Tool[] = [{ type: 'custom', name: 'x' }];
    expect(send('openai', { tools, toolChoice: { type: 'tool', name: 'x' } }).body).toMatchObject({
      tools: [{ type: 'custom', custom: { name: 'x' } }],
      tool_choice: { type: 'custom', custom: { name: 'x' } },
    });
    expect(send('xai', { tools }).refused).toBe('tools[].custom.x');
  });

  it('that are not allowed are left out where the vendor cannot be told', () => {
    const toolChoice = { type: 'allowed', mode: 'required', names: ['g'] } as const;
    const { body, named } = send('mistral', { tools: [f, g], toolChoice });
    expect(body).toMatchObject({ tools: [{ function: { name: 'g' } }], tool_choice: 'required' });
    expect(named).toEqual(['tool_choice']);
    expect(send('openai', { tools: [f, g], toolChoice }).body).toMatchObject({
      tool_choice: { type: 'allowed_tools', allowed_tools: { mode: 'required' } },
    });
  });

  it('have parameters at Mistral, and no strictness at DeepSeek', () => {
    expect(send('mistral', { tools: [f] }).body).toMatchObject({
      tools: [{ function: { parameters: { type: 'object' } } }],
    });
    expect(send('deepseek', { tools: [f] })).toMatchObject({ named: ['tools[].function.strict'] });
  });
});

describe('settings', () => {
  it.each([
    ['mistral', { seed: 3 }, { random_seed: 3 }],
    ['openai', { maxOutputTokens: 5 }, { max_completion_tokens: 5 }],
    ['deepseek', { maxOutputTokens: 5 }, { max_tokens: 5 }],
    ['custom', { topK: 4 }, { top_k: 4 }],
    ['groq', { candidates: 1 }, {}],
  ] as const)('go to %s under its name: %j', (slug, given, fields) => {
    expect(send(slug, given)).toMatchObject({ body: { ...fields }, named: [] });
  });

  it.each([
    ['openai', { topK: 4 }, 'top_k'],
    ['xai', { logitBias: { '1': 2 } }, 'logit_bias'],
    ['openai', { metadata: { a: 'b' } }, 'metadata'],
    ['groq', { others: { store: true } }, 'store'],
    ['mistral', user({ type: 'text', text: 'x', cache: {} }), 'messages[].content[].cache_control'],
  ] as const)(
    'that %s does not take are dropped by name, or refused when strict',
    (slug, given, name) => {
      expect(send(slug, given).named).toEqual([name]);
      expect(send(slug, given, 'strict').refused).toBe(name);
    },
  );

  it.each([
    ['groq', { candidates: 2 }, 'n'],
    ['groq', { modalities: ['text', 'audio'] }, 'modalities'],
    [
      'deepseek',
      { outputFormat: { type: 'json_schema', schema: {} } },
      'response_format.json_schema',
    ],
  ] as const)('without which %s would answer something else are refused', (slug, given, name) => {
    expect(send(slug, given).refused).toBe(name);
  });

  it('keeps the cap of the gateway where the client named none', () => {
    const request = { ...wireRequestFor('openai', { maxOutputTokens: 5 }), outputCap: 9 };
    const encoded = chatWireOf('openai').encodeRequest(request);
    expect(encoded.ok && Buffer.from(encoded.value.body).toString()).toContain(
      '"max_completion_tokens":5',
    );
    const capped = chatWireOf('openai').encodeRequest({
      ...wireRequestFor('openai'),
      outputCap: 9,
    });
    expect(capped.ok && Buffer.from(capped.value.body).toString()).toContain(
      '"max_completion_tokens":9',
    );
  });
});

function messagesOf({ messages }: Json): readonly Json[] {
  return Array.isArray(messages) ? messages.filter(isRecord) : [];
}

/** Of all calls and results, in order. */
function idsIn(body: Json): string[] {
  return messagesOf(body).flatMap(({ tool_calls: calls, tool_call_id: id }) =>
    Array.isArray(calls) ? calls.filter(isRecord).map((each) => String(each.id)) : [String(id)],
  );
}
