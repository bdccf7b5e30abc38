import Anthropic from '@anthropic-ai/sdk';
import { type AnswerContext, CHAT_CODECS } from '@tollgate/dialects';
import { Losses } from '@tollgate/neutral';
import type { WireRequest } from '../src/chat-wire.ts';
import { PROVIDERS } from '../src/provider-registry.ts';
import { isHere, load, modelOf, type Recording } from './google/recorded.ts';

const codec = CHAT_CODECS['anthropic-messages'];
const CONTEXT: AnswerContext = {
  requestId: 'req_1',
  modelAsked: 'm',
  usageAsked: true,
  nowS: 0,
  request: {},
};

function connect() {
  const connected = PROVIDERS.google.connect({
    baseUrl: 'https://x.example',
    config: { vertex: { project: 'p', location: 'us-east5' } },
    credential: null,
  });
  if (!connected.ok || !connected.value.chat) throw new Error('not connected');
  return { ...connected.value, chat: connected.value.chat };
}

function requestOf(recording: Recording): WireRequest {
  const body: Record<string, unknown> = { ...recording.reqJson, model: 'm' };
  delete body.anthropic_version;
  const decoded = codec.decodeRequest(body);
  if (!decoded.ok) throw new Error(decoded.failure.message);
  return {
    conversation: decoded.value,
    model: decodeURIComponent(modelOf(recording)),
    stream: recording.endpoint === 'streamRawPredict',
    outputCap: null,
    losses: new Losses('strict', 'google'),
    fetched: new Map(),
  };
}

/** What Anthropic's SDK reads, without the ids of the message. */
async function viewOf(bytes: Uint8Array, isStream: boolean) {
  const fetch = () =>
    Promise.resolve(
      new Response(Buffer.from(bytes), {
        headers: { 'content-type': isStream ? 'text/event-stream' : 'application/json' },
      }),
    );
  const { messages } = new Anthropic({ apiKey: 'k', fetch });
  const asked = { model: 'm', max_tokens: 1, messages: [] };
  const message = isStream
    ? await messages.stream(asked).finalMessage()
    : await messages.create(asked);
  const { content, stop_reason: reason, usage } = message;
  const blocks = content.map((block) =>
    block.type === 'tool_use'
      ? { name: block.name, input: block.input, id: block.id }
      : block.type === 'text' && block.text,
  );
  return { blocks, reason, input: usage.input_tokens, output: usage.output_tokens };
}

describe("Anthropic's models on Vertex", () => {
  const connection = connect();

  it('are not asked in the dialect of Gemini', () => {
    const request = {
      dialect: 'gemini-generate',
      operation: 'chat',
      body: Buffer.from('{"contents":[]}'),
      stream: false,
      usageAsked: true,
      modelAsked: 'claude-x',
      outputCap: null,
    } as const;
    expect(connection.encodeRequest(request, 'claude-x')).toMatchObject({
      ok: false,
      failure: { code: 'request.unsupported_by_provider', param: 'model' },
    });
  });

  it('take media inline', () => {
    const url = 'https://a.example/x.png';
    const sent = connection.chat.encodeRequest({
      conversation: {
        messages: [{ role: 'user', parts: [{ type: 'image', source: { kind: 'url', url } }] }],
        others: {},
        origin: 'openai-chat',
      },
      model: 'claude-sonnet-4-5',
      stream: false,
      outputCap: 5,
      losses: new Losses('strict', 'google'),
      fetched: new Map([[url, { mediaType: 'image/png', base64: 'QQ==' }]]),
    });
    expect(sent.ok && Buffer.from(sent.value.body).toString()).toContain('"data":"QQ=="');
  });

  (isHere ? it : it.skip)('are asked and read as they were recorded', async () => {
    const counts = { whole: 0, streamed: 0 };
    for (const recording of load('vertex').filter(({ endpoint }) =>
      /[rR]awPredict$/.test(endpoint),
    )) {
      const request = requestOf(recording);
      const sent = connection.chat.encodeRequest(request);
      if (!sent.ok) throw new Error(sent.failure.message);
      expect(request.losses.settle()).toEqual({ ok: true, value: [] });
      expect(sent.value.path).toContain(
        `/publishers/anthropic/models/${encodeURIComponent(request.model)}:${recording.endpoint}`,
      );
      expect(JSON.parse(Buffer.from(sent.value.body).toString())).toEqual(recording.reqJson);
      const body = Buffer.from(recording.respText);
      if (request.stream) {
        const frames: Uint8Array[] = [];
        const encoder = codec.streamEncoder(CONTEXT, (frame) => frames.push(frame));
        const reader = connection.chat.streamReader(request, (event) => encoder.push(event));
        reader.push(body);
        reader.end();
        expect(reader.phase).toBe('finished');
        const given = Buffer.concat([...frames, encoder.tail]);
        expect(await viewOf(given, true)).toEqual(await viewOf(body, true));
        counts.streamed++;
      } else {
        const decoded = connection.chat.decodeAnswer(body, request);
        if (!decoded.ok) throw new Error(decoded.failure.message);
        const given = codec.encodeAnswer(decoded.answer, CONTEXT);
        expect(await viewOf(given, false)).toEqual(await viewOf(body, false));
        counts.whole++;
      }
    }
    console.table({ 'vertex rawPredict': counts });
    expect(counts.whole).toBeGreaterThan(0);
  });
});
