import type { Conversation, Part } from '@tollgate/neutral';
import { conversation, encode, studio, text, user, vertex } from './google/encoded.ts';

describe("a conversation on Google's wire", () => {
  it('hoists system messages, merges neighbours and names what moved', () => {
    const { body, lost } = encode({
      messages: [
        { role: 'system', parts: [text('be brief')] },
        user(text('a')),
        user(text('b')),
        { role: 'assistant', parts: [text('')] },
        { role: 'developer', parts: [text('be kind')] },
      ],
    });
    expect(body).toEqual({
      systemInstruction: { parts: [{ text: 'be brief' }, { text: 'be kind' }] },
      contents: [{ role: 'user', parts: [{ text: 'a' }, { text: 'b' }] }],
    });
    expect(lost).toEqual(['messages[].role']);
  });

  it('asks a system message alone as the user', () => {
    const { body } = encode({ messages: [{ role: 'system', parts: [text('go')] }] });
    expect(body).toEqual({ contents: [{ role: 'user', parts: [{ text: 'go' }] }] });
  });

  const call = (id: string, name: string): Part => ({
    type: 'tool-call',
    id,
    name,
    argumentsText: '{"a":1}',
    kind: 'function',
  });
  const result = (callId: string, ...parts: Part[]): Part => ({
    type: 'tool-result',
    callId,
    kind: 'function',
    parts: parts.filter((part) => part.type === 'text' || part.type === 'image'),
  });
  const image: Part = {
    type: 'image',
    source: { kind: 'data', mediaType: 'image/png', base64: 'AAAA' },
  };
  const turns: Conversation['messages'] = [
    user(text('do')),
    { role: 'assistant', parts: [call('1', 'f'), call('2', 'g')] },
    { role: 'tool', parts: [result('1', text('sunny'))] },
    { role: 'tool', parts: [result('2', text('{"t":2}'), image)] },
  ];

  it('answers parallel calls in one turn, by name', () => {
    const { body, lost } = encode({ messages: turns });
    expect(body.contents).toEqual([
      { role: 'user', parts: [{ text: 'do' }] },
      {
        role: 'model',
        parts: [
          { functionCall: { id: '1', name: 'f', args: { a: 1 } } },
          { functionCall: { id: '2', name: 'g', args: { a: 1 } } },
        ],
      },
      {
        role: 'user',
        parts: [
          { functionResponse: { id: '1', name: 'f', response: { output: 'sunny' } } },
          { functionResponse: { id: '2', name: 'g', response: { t: 2 } } },
          { inlineData: { mimeType: 'image/png', data: 'AAAA' } },
        ],
      },
    ]);
    expect(lost).toEqual(['messages[].content[].image_url']);
  });

  it('sends no ids to Vertex', () => {
    const { body } = encode({ messages: turns }, { connection: vertex });
    expect(JSON.stringify(body)).not.toContain('"id"');
  });

  it('puts media into results and stands in for missing signatures where the model wants so', () => {
    const { body, lost } = encode({ messages: turns }, { model: 'gemini-3-pro' });
    const sent = JSON.stringify(body.contents);
    expect(sent).toContain('"parts":[{"inlineData":{"mimeType":"image/png","data":"AAAA"}}]}}');
    expect(sent.match(/skip_thought_signature_validator/g)).toHaveLength(1);
    expect(lost).toEqual(['messages[].tool_calls[].extra_content']);
    const earlier = {
      messages: [...turns, { role: 'assistant', parts: [text('done')] } as const, user(text('x'))],
    };
    expect(JSON.stringify(encode(earlier, { model: 'gemini-3-pro' }).body)).not.toContain('skip_');
  });

  it("returns Google's own signatures and drops another vendor's by name", () => {
    const own = { wire: 'gemini', value: 'AAA=' } as const;
    const other = { wire: 'anthropic', value: 'BBB' } as const;
    const { body, lost } = encode({
      messages: [
        {
          role: 'assistant',
          parts: [
            { type: 'reasoning', text: 'hm', signature: own },
            { type: 'reasoning', text: '', signature: other, isRedacted: true },
            { type: 'text', text: 'a', signature: own },
            {
              type: 'tool-call',
              id: '1',
              name: 'f',
              argumentsText: '',
              kind: 'function',
              signature: own,
            },
          ],
        },
      ],
    });
    expect(body.contents).toEqual([
      {
        role: 'model',
        parts: [
          { text: 'hm', thought: true, thoughtSignature: 'AAA=' },
          { text: 'a', thoughtSignature: 'AAA=' },
          { functionCall: { id: '1', name: 'f', args: {} }, thoughtSignature: 'AAA=' },
        ],
      },
    ]);
    expect(lost).toEqual(['messages[].reasoning_details']);
  });

  it.each<[string, 'image' | 'document' | 'video', unknown]>([
    ['https://a.example/x.png', 'image', { inlineData: { mimeType: 'image/png', data: 'QQ==' } }],
    [
      'gs://b/x.pdf',
      'document',
      { fileData: { mimeType: 'application/pdf', fileUri: 'gs://b/x.pdf' } },
    ],
    [
      'https://youtu.be/x',
      'video',
      { fileData: { mimeType: 'video/mp4', fileUri: 'https://youtu.be/x' } },
    ],
  ])('gives %s by URI where Google reads it, else inline', (url, type, expected) => {
    const messages = [user({ type, source: { kind: 'url', url } })];
    const toFetch = studio.chat?.mediaToFetch(conversation({ messages }));
    expect(toFetch).toEqual(url.includes('a.example') ? [url] : []);
    const fetched = new Map([[url, { mediaType: 'image/png', base64: 'QQ==' }]]);
    expect(encode({ messages }, { fetched }).body.contents).toEqual([
      { role: 'user', parts: [expected] },
    ]);
  });

  it('refuses what it cannot say, naming it', () => {
    const source = { kind: 'file', wire: 'openai-chat', id: 'file-1' } as const;
    const refused = (fields: Partial<Conversation>) => encode(fields).lost;
    expect(refused({ messages: [user({ type: 'document', source })] })).toBe(
      'messages[].content[].file.file_id',
    );
    expect(
      refused({ messages: [user({ type: 'image', source: { kind: 'url', url: 'https://x/y' } })] }),
    ).toBe('messages[].content[].image_url');
    expect(refused({ tools: [{ type: 'custom', name: 'x' }] })).toBe('tools[].custom');
    expect(refused({ audio: { voice: 'Kore', format: 'mp3' } })).toBe('audio.format');
    expect(
      refused({
        tools: [{ type: 'server', wire: 'openai-responses', kind: null, name: 'mcp', json: {} }],
      }),
    ).toBe('tools[].mcp');
  });
});
