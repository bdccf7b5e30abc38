import type { Conversation } from '@tollgate/neutral';
import fc from 'fast-check';
import { decodeRequest } from './decode-request.ts';

describe('a conversation in OpenAI responses', () => {
  function decode(fields: Record<string, unknown>): Conversation {
    const decoded = decodeRequest(fields);
    if (!decoded.ok) throw new Error(decoded.failure.message);
    return decoded.value;
  }

  it('keeps all that it is told', () => {
    const conversation = decode({
      model: 'm',
      instructions: 'Be brief.',
      input: [
        {
          role: 'user',
          content: [
            { type: 'input_text', text: 'see', prompt_cache_breakpoint: { mode: 'explicit' } },
            { type: 'input_image', image_url: 'data:image/png;base64,AA', detail: 'low' },
            { type: 'input_file', file_url: 'https://x/a.pdf' },
            { type: 'input_file', filename: 'a.csv', file_data: 'QUE=' },
            { type: 'input_audio', input_audio: { data: 'AA', format: 'mp3' } },
          ],
        },
        { type: 'reasoning', id: 'rs_1', summary: [{ text: 's' }], encrypted_content: 'enc' },
        { type: 'function_call', call_id: 'c', name: 'f', arguments: '{"a":1}' },
        { type: 'web_search_call', id: 'ws', status: 'completed' },
        { type: 'function_call_output', call_id: 'c', output: [{ type: 'input_text', text: 'r' }] },
        { type: 'custom_tool_call', call_id: 'd', name: 'g', input: 'free' },
        { type: 'custom_tool_call_output', call_id: 'd', output: 'done' },
      ],
    });
    expect(conversation.messages).toEqual([
      { role: 'system', parts: [{ type: 'text', text: 'Be brief.' }] },
      {
        role: 'user',
        parts: [
          { type: 'text', text: 'see', cache: {} },
          {
            type: 'image',
            source: { kind: 'data', mediaType: 'image/png', base64: 'AA' },
            detail: 'low',
          },
          { type: 'document', source: { kind: 'url', url: 'https://x/a.pdf' } },
          {
            type: 'document',
            source: { kind: 'data', mediaType: 'text/csv', base64: 'QUE=' },
            title: 'a.csv',
          },
          { type: 'audio', source: { kind: 'data', mediaType: 'audio/mpeg', base64: 'AA' } },
        ],
      },
      {
        role: 'assistant',
        parts: [
          {
            type: 'reasoning',
            text: 's',
            isSummary: true,
            id: 'rs_1',
            signature: { wire: 'openai-responses', value: 'enc' },
          },
          { type: 'tool-call', id: 'c', name: 'f', argumentsText: '{"a":1}', kind: 'function' },
          {
            type: 'foreign',
            wire: 'openai-responses',
            name: 'web_search_call',
            json: { type: 'web_search_call', id: 'ws', status: 'completed' },
          },
        ],
      },
      {
        role: 'tool',
        parts: [
          {
            type: 'tool-result',
            callId: 'c',
            kind: 'function',
            parts: [{ type: 'text', text: 'r' }],
          },
        ],
      },
      {
        role: 'assistant',
        parts: [{ type: 'tool-call', id: 'd', name: 'g', argumentsText: 'free', kind: 'custom' }],
      },
      {
        role: 'tool',
        parts: [
          {
            type: 'tool-result',
            callId: 'd',
            kind: 'custom',
            parts: [{ type: 'text', text: 'done' }],
          },
        ],
      },
    ]);
  });

  it('reads the fields, and keeps by name those that have no neutral meaning', () => {
    const schema = { type: 'object' };
    expect(
      decode({
        input: 'x',
        max_output_tokens: 5,
        temperature: 0,
        top_p: 1,
        top_logprobs: 2,
        include: [
          'reasoning.encrypted_content',
          'message.output_text.logprobs',
          'file_search_call.results',
        ],
        reasoning: { effort: 'high', summary: 'auto', context: 'all' },
        text: {
          format: { type: 'json_schema', name: 's', schema, strict: true },
          verbosity: 'low',
        },
        tools: [
          { type: 'function', name: 'f', parameters: schema, strict: null },
          { type: 'web_search_preview', search_context_size: 'low' },
        ],
        tool_choice: {
          type: 'allowed_tools',
          mode: 'required',
          tools: [{ type: 'function', name: 'f' }],
        },
        parallel_tool_calls: false,
        safety_identifier: 'u',
        prompt_cache_key: 'k',
        service_tier: 'flex',
        metadata: { a: 'b' },
        store: true,
        truncation: 'auto',
        background: false,
        max_tool_calls: 3,
        user: null,
      }),
    ).toEqual({
      messages: [{ role: 'user', parts: [{ type: 'text', text: 'x' }] }],
      origin: 'openai-responses',
      maxOutputTokens: 5,
      temperature: 0,
      topP: 1,
      topLogprobs: 2,
      logprobs: true,
      reasoning: { effort: 'high', summary: 'auto', includeText: true, includeEncrypted: true },
      outputFormat: { type: 'json_schema', name: 's', schema, strict: true },
      verbosity: 'low',
      tools: [
        { type: 'function', name: 'f', parameters: schema },
        {
          type: 'server',
          wire: 'openai-responses',
          kind: 'web_search',
          name: 'web_search_preview',
          json: { type: 'web_search_preview', search_context_size: 'low' },
        },
      ],
      toolChoice: { type: 'allowed', mode: 'required', names: ['f'] },
      parallelToolCalls: false,
      endUser: 'u',
      promptCacheKey: 'k',
      serviceTier: 'flex',
      metadata: { a: 'b' },
      others: {
        include: ['file_search_call.results'],
        'reasoning.context': 'all',
        store: true,
        truncation: 'auto',
        max_tool_calls: 3,
      },
    });
  });

  it.each([
    [{ previous_response_id: 'resp_1' }, 'previous_response_id'],
    [{ conversation: 'conv_1' }, 'conversation'],
    [{ prompt: { id: 'p' } }, 'prompt'],
    [{ background: true }, 'background'],
    [{ input: [{ type: 'item_reference', id: 'msg_1' }] }, 'input[0]'],
  ])('%j is refused by name, since one provider keeps it', (fields, param) => {
    expect(decodeRequest({ input: 'x', ...fields })).toMatchObject({
      ok: false,
      failure: { code: 'request.unsupported_by_provider', param },
    });
  });

  it('leaves it to the wires to drop what was thought and stands elsewhere', () => {
    const json = { type: 'item_reference', id: 'rs_1' };
    const part = { type: 'foreign', wire: 'openai-responses', name: 'item_reference', json };
    expect(decode({ input: [json] }).messages).toEqual([{ role: 'assistant', parts: [part] }]);
  });

  it('throws at nothing that may stand in it', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.string(), (value, type) => {
        const item = { type, role: 'user', content: value, output: value, summary: value };
        decodeRequest({
          input: [item, { ...item, type: 'reasoning' }],
          tools: [item],
          text: value,
        });
        decodeRequest({ input: value, reasoning: value, include: value, tool_choice: value });
      }),
    );
  });
});
