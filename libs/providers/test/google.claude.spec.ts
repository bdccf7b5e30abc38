import Anthropic from '@anthropic-ai/sdk';
import { type AnswerContext, CHAT_CODECS } from '@tollgate/dialects';
import { Losses } from '@tollgate/neutral';
import type { WireRequest } from '../src/chat-wire.ts';
import { connectionFor } from '../src/connection-for.ts';
import type { ClientRequest } from '../src/provider.ts';
import { stream } from '../src/provider.contract.ts';
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
  if (!connected.ok) throw new Error('not connected');
  const ofModel = connectionFor(connected.value, 'claude-x');
  if (!ofModel.chat) throw new Error('no chat');
  return { ...ofModel, chat: ofModel.chat };
}

/** As Anthropic's own client would have said it. */
function clientRequestOf({ reqJson, endpoint }: Recording): ClientRequest {
  const body: Record<string, unknown> = { model: 'm', ...reqJson };
  delete body.anthropic_version;
  return {
    dialect: 'anthropic-messages',
    operation: 'chat',
    body: Buffer.from(JSON.stringify(body)),
    stream: endpoint === 'streamRawPredict',
    usageAsked: true,
    modelAsked: 'm',
    outputCap: null,
  };
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

  it("speak Anthropic's dialects alone", () => {
    expect([...connection.dialects]).toEqual(['anthropic-messages', 'anthropic-count-tokens']);
  });

  it('are counted for at an endpoint of its own, whose body names the model', () => {
    const request: ClientRequest = {
      ...clientRequestOf({ reqJson: { messages: [] }, endpoint: 'rawPredict' } as never),
      dialect: 'anthropic-count-tokens',
      operation: 'count_tokens',
    };
    const sent = connection.encodeRequest(request, 'publishers/anthropic/models/claude-x');
    if (!sent.ok) throw new Error(sent.failure.message);
    expect(sent.value.path).toMatch(/\/publishers\/anthropic\/models\/count-tokens:rawPredict$/);
    expect(JSON.parse(Buffer.from(sent.value.body).toString())).toEqual({
      anthropic_version: 'vertex-2023-10-16',
      model: 'claude-x',
      messages: [],
    });
  });

  it('are asked with the beta features of the client', () => {
    const request = clientRequestOf({ reqJson: {}, endpoint: 'rawPredict' } as never);
    const sent = connection.encodeRequest(
      { ...request, clientHeaders: { 'anthropic-beta': 'one,two' } },
      'claude-x',
    );
    expect(sent.ok && sent.value.headers.slice(-2)).toEqual(['anthropic-beta', 'one,two']);
  });

  it.each([
    ['{"type":"error","error":{"type":"overloaded_error","message":"x"}}', 529, 'overloaded'],
    ['[{"error":{"code":404,"status":"NOT_FOUND","message":"x"}}]', 404, 'unknown_model'],
    ['{"error":{"code":429,"status":"RESOURCE_EXHAUSTED","message":"x"}}', 429, 'rate_limited'],
  ])('are refused in the words of either vendor: %s', (body, status, code) => {
    const refusal = { status, headers: {}, body: Buffer.from(body) };
    expect(connection.decodeFailure(refusal, 0).code).toBe(`provider.${code}`);
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

  (isHere ? it : it.skip)("pass what Anthropic's own clients say and hear, byte for byte", () => {
    const counts = { whole: 0, streamed: 0 };
    for (const recording of load('vertex').filter(({ endpoint }) =>
      /[rR]awPredict$/.test(endpoint),
    )) {
      const request = clientRequestOf(recording);
      const sent = connection.encodeRequest(request, decodeURIComponent(modelOf(recording)));
      if (!sent.ok) throw new Error(sent.failure.message);
      expect(JSON.parse(Buffer.from(sent.value.body).toString())).toEqual(recording.reqJson);
      const body = Buffer.from(recording.respText);
      if (request.stream) {
        const { given, tail, phase } = stream(connection, request, body);
        expect(phase).toBe('finished');
        expect(given + tail).toBe(recording.respText);
        counts.streamed++;
      } else {
        expect(connection.decodeResponse(request, body)).toMatchObject({ ok: true, body });
        counts.whole++;
      }
    }
    console.table({ 'vertex rawPredict, passed through': counts });
    expect(counts.streamed).toBeGreaterThan(0);
  });
});
