import fc from 'fast-check';
import type { Conversation } from '@tollgate/neutral';
import { decodeRequest } from './decode-request.ts';

function decode(fields: Record<string, unknown>): Conversation {
  const decoded = decodeRequest(fields);
  if (!decoded.ok) throw new Error(decoded.failure.message);
  return decoded.value;
}

const say = (...parts: readonly object[]) => decode({ contents: [{ role: 'user', parts }] });

describe('a request in the neutral model', () => {
  it('keeps system, turns, calls without ids, results and errors', () => {
    const { messages } = decode({
      system_instruction: { parts: [{ text: 'sys' }] },
      contents: [
        { parts: [{ text: 'q' }] },
        {
          role: 'model',
          parts: [
            { functionCall: { name: 'f', args: { a_b: 1 } }, thoughtSignature: 'AAA=' },
            { functionCall: { name: 'f' } },
          ],
        },
        {
          role: 'function',
          parts: [
            { functionResponse: { name: 'f', response: { output: 'one' } } },
            { functionResponse: { name: 'f', response: { error: 'two' } } },
            { text: 'go on' },
          ],
        },
      ],
    });
    const call = { type: 'tool-call', name: 'f', kind: 'function' };
    const result = { type: 'tool-result', name: 'f', kind: 'function' };
    expect(messages).toEqual([
      { role: 'system', parts: [{ type: 'text', text: 'sys' }] },
      { role: 'user', parts: [{ type: 'text', text: 'q' }] },
      {
        role: 'assistant',
        parts: [
          {
            ...call,
            id: 'call_0',
            argumentsText: '{"a_b":1}',
            signature: { wire: 'gemini', value: 'AAA=' },
          },
          { ...call, id: 'call_1', argumentsText: '{}' },
        ],
      },
      {
        role: 'tool',
        parts: [
          { ...result, callId: 'call_0', parts: [{ type: 'text', text: 'one' }] },
          { ...result, callId: 'call_1', parts: [{ type: 'text', text: 'two' }], isError: true },
        ],
      },
      { role: 'user', parts: [{ type: 'text', text: 'go on' }] },
    ]);
  });

  it("never gives a call the id of another, and follows the client's own", () => {
    const { messages } = decode({
      contents: [
        {
          role: 'model',
          parts: [
            { functionCall: { name: 'f', id: 'call_0' } },
            { functionCall: { name: 'f' } },
            { functionCall: { name: 'f', id: 'x' } },
          ],
        },
        { parts: [{ functionResponse: { name: 'f', id: 'x', response: {} } }] },
      ],
    });
    const ids = messages.flatMap(({ parts }) =>
      parts.map((part) =>
        part.type === 'tool-call' ? part.id : part.type === 'tool-result' ? part.callId : '',
      ),
    );
    expect(ids).toEqual(['call_0', 'call_1', 'x', 'x']);
  });

  it.each<[object, object]>([
    [
      { inline_data: { mime_type: 'image/png', data: '_-8=' } },
      { type: 'image', source: { kind: 'data', mediaType: 'image/png', base64: '/+8=' } },
    ],
    [
      { fileData: { mimeType: 'application/pdf', fileUri: 'gs://a/b' } },
      {
        type: 'document',
        source: { kind: 'file', wire: 'gemini', id: 'gs://a/b', mediaType: 'application/pdf' },
      },
    ],
    [
      { fileData: { mimeType: 'audio/wav', fileUri: 'https://a/b.wav' } },
      { type: 'audio', source: { kind: 'url', url: 'https://a/b.wav', mediaType: 'audio/wav' } },
    ],
    [
      { executable_code: { code: 'x', language: 'PYTHON' } },
      {
        type: 'foreign',
        wire: 'gemini',
        name: 'executableCode',
        json: { executableCode: { code: 'x', language: 'PYTHON' } },
      },
    ],
    [
      { fileData: { fileUri: 'https://youtu.be/x' }, videoMetadata: { fps: 1 } },
      {
        type: 'foreign',
        wire: 'gemini',
        name: 'fileData',
        json: { fileData: { fileUri: 'https://youtu.be/x' }, videoMetadata: { fps: 1 } },
      },
    ],
    [
      { thought: true, text: 'hm' },
      { type: 'reasoning', text: 'hm' },
    ],
  ])('keeps the part %j', (part, expected) => {
    expect(say(part).messages).toEqual([{ role: 'user', parts: [expected] }]);
  });

  it('reads settings in either spelling, and keeps what has no neutral meaning by its name', () => {
    const conversation = decode({
      contents: [],
      safety_settings: [{ category: 'C' }],
      cached_content: 'cachedContents/1',
      generation_config: {
        max_output_tokens: 5,
        stop_sequences: ['x'],
        top_k: 3,
        candidate_count: 2,
        response_logprobs: true,
        logprobs: 4,
        thinking_config: { thinking_budget: -1, include_thoughts: true, thinking_level: 'LOW' },
        response_modalities: ['AUDIO'],
        speech_config: { voice_config: { prebuilt_voice_config: { voice_name: 'Kore' } } },
        media_resolution: 'MEDIA_RESOLUTION_LOW',
        response_mime_type: 'application/json',
        response_schema: {
          type: 'OBJECT',
          properties: { my_key: { type: 'STRING', nullable: true, max_length: '9' } },
        },
      },
      tools: [
        {
          function_declarations: [
            { name: 'f', parameters_json_schema: { a_b: 1 }, behavior: 'BLOCKING' },
          ],
        },
        { google_search: {} },
      ],
      tool_config: { function_calling_config: { mode: 'any', allowed_function_names: ['f', 'g'] } },
    });
    expect(conversation).toEqual({
      messages: [],
      origin: 'gemini',
      maxOutputTokens: 5,
      stop: ['x'],
      topK: 3,
      candidates: 2,
      logprobs: true,
      topLogprobs: 4,
      reasoning: { effort: 'low', budgetTokens: 'dynamic', includeText: true },
      modalities: ['audio'],
      audio: { voice: 'Kore', format: 'pcm16' },
      outputFormat: {
        type: 'json_schema',
        schema: {
          type: 'object',
          properties: { my_key: { type: ['string', 'null'], maxLength: 9 } },
        },
      },
      tools: [
        { type: 'function', name: 'f', parameters: { a_b: 1 } },
        {
          type: 'server',
          wire: 'gemini',
          kind: 'web_search',
          name: 'googleSearch',
          json: { googleSearch: {} },
        },
      ],
      toolChoice: { type: 'allowed', mode: 'required', names: ['f', 'g'] },
      others: {
        safetySettings: [{ category: 'C' }],
        cachedContent: 'cachedContents/1',
        'generationConfig.mediaResolution': 'MEDIA_RESOLUTION_LOW',
        functionDeclarations: { f: { behavior: 'BLOCKING' } },
      },
    });
  });

  it('throws at nothing that may come', () => {
    const keys = ['contents', 'tools', 'generationConfig', 'toolConfig', 'systemInstruction'];
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom(...keys), fc.jsonValue()),
        fc.jsonValue(),
        (fields, part) => {
          expect(decodeRequest(fields).ok).toBe(true);
          decode({
            contents: [
              {
                role: 'model',
                parts: [{ functionCall: part, inlineData: part }, { functionResponse: part }],
              },
            ],
          });
          decode({
            contents: part,
            tools: [{ functionDeclarations: [part] }],
            generationConfig: { responseSchema: part },
          });
        },
      ),
    );
  });
});
