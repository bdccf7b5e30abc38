import Anthropic, { APIError } from '@anthropic-ai/sdk';
import {
  BedrockRuntimeClient,
  ConverseCommand,
  ConverseStreamCommand,
  InvokeModelCommand,
  InvokeModelWithResponseStreamCommand,
} from '@aws-sdk/client-bedrock-runtime';
import { GoogleGenAI } from '@google/genai';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import 'undici';
import { startSimulator, type Simulator } from '../src/index.ts';
import { apiKey, clientOf } from './support.ts';

const model = 'any-model-instant';
const question = 'What is the weather in Wien?';
const schema = {
  type: 'object' as const,
  properties: { city: { type: 'string' as const } },
  required: ['city'],
};

describe('the wires of other vendors, as their own SDKs read them', () => {
  let simulator: Simulator;
  beforeAll(async () => {
    simulator = await startSimulator({ port: 0 });
  });
  afterEach(() => simulator.clear());
  afterAll(() => simulator.stop());

  const finished = () => simulator.journal().map(({ outcome }) => outcome);

  describe('Anthropic', () => {
    const client = () => new Anthropic({ apiKey, baseURL: simulator.url, maxRetries: 0 });
    const request = {
      model,
      max_tokens: 100,
      messages: [{ role: 'user' as const, content: 'Hi' }],
    };

    test('it guarantees that a folded stream equals the unary answer', async () => {
      const unary = await client().messages.create(request);
      const stream = await client().messages.stream(request).finalMessage();
      expect(stream.content).toEqual(unary.content);
      expect(stream.usage).toMatchObject({ output_tokens: 40, input_tokens: 4 });
      expect(unary).toMatchObject({ stop_reason: 'end_turn', role: 'assistant' });
      expect(finished()).toEqual(['finished', 'finished']);
    });

    test('it guarantees that thinking must come back as it was signed', async () => {
      const thinking = { type: 'enabled' as const, budget_tokens: 1024 };
      const tools = [{ name: 'get_weather', input_schema: schema }];
      const asked = { role: 'user' as const, content: question };
      const whole = { ...request, max_tokens: 2048, thinking, tools, messages: [asked] };
      const first = await client().messages.stream(whole).finalMessage();
      expect(first.content.map(({ type }) => type)).toEqual(['thinking', 'tool_use']);
      expect(first.stop_reason).toBe('tool_use');
      const call = first.content.find((block) => block.type === 'tool_use');
      const result = {
        type: 'tool_result' as const,
        tool_use_id: call?.id ?? '',
        content: '21 °C',
      };
      const turns = (content: Anthropic.ContentBlockParam[]) => ({
        ...whole,
        messages: [
          asked,
          { role: 'assistant' as const, content },
          { role: 'user' as const, content: [result] },
        ],
      });
      const second = await client().messages.create(turns(first.content));
      expect(JSON.stringify(second.content)).toContain('21 °C');
      const forged = first.content.map((block) =>
        block.type === 'thinking' ? { ...block, signature: 'other' } : block,
      );
      await expect(client().messages.create(turns(forged))).rejects.toThrow(/signature/);
    });

    test('it guarantees failures in the vendor’s shape, and a count of tokens', async () => {
      simulator.setBehaviour(model, { status: 529, times: 1 });
      const failure = await client()
        .messages.create(request)
        .catch((thrown: unknown) => thrown);
      expect(failure).toBeInstanceOf(APIError);
      expect(failure).toMatchObject({
        status: 529,
        error: { error: { type: 'overloaded_error' } },
      });
      const { messages } = request;
      expect(await client().messages.countTokens({ model, messages })).toEqual({ input_tokens: 4 });
    });
  });

  describe('Google', () => {
    const client = () =>
      new GoogleGenAI({ apiKey, httpOptions: { baseUrl: simulator.url } }).models;

    test('it guarantees that a folded stream equals the unary answer', async () => {
      const unary = await client().generateContent({ model, contents: 'Hi' });
      let text = '';
      let tokens = 0;
      for await (const chunk of await client().generateContentStream({ model, contents: 'Hi' })) {
        text += chunk.text ?? '';
        tokens = chunk.usageMetadata?.candidatesTokenCount ?? tokens;
      }
      expect(text).toBe(unary.text);
      expect([tokens, unary.usageMetadata?.candidatesTokenCount]).toEqual([40, 40]);
    });

    test('it guarantees that calls carry a thought signature', async () => {
      const answer = await client().generateContent({
        model,
        contents: question,
        config: {
          tools: [
            { functionDeclarations: [{ name: 'get_weather', parametersJsonSchema: schema }] },
          ],
        },
      });
      expect(answer.functionCalls).toMatchObject([{ name: 'get_weather' }]);
      expect(answer.candidates?.[0]?.content?.parts?.[0]?.thoughtSignature).toMatch(
        /^[\w+/=]{44}$/,
      );
    });
  });

  describe('Bedrock', () => {
    const client = () =>
      new BedrockRuntimeClient({
        region: 'eu-central-1',
        endpoint: simulator.url,
        credentials: { accessKeyId: 'AKIASIMULATED', secretAccessKey: 'secret' },
        requestHandler: new NodeHttpHandler(),
        maxAttempts: 1,
      });
    const messages = [{ role: 'user' as const, content: [{ text: 'Hi' }] }];

    test('it guarantees that a folded stream equals the unary answer, with usage last', async () => {
      const bedrock = client();
      const unary = await bedrock.send(new ConverseCommand({ modelId: model, messages }));
      const streamed = await bedrock.send(new ConverseStreamCommand({ modelId: model, messages }));
      let text = '';
      const kinds: string[] = [];
      for await (const event of streamed.stream ?? []) {
        text += event.contentBlockDelta?.delta?.text ?? '';
        kinds.push(...Object.keys(event));
      }
      bedrock.destroy();
      expect(text).toBe(unary.output?.message?.content?.[0]?.text);
      expect(kinds.slice(-2)).toEqual(['messageStop', 'metadata']);
      expect(unary.usage).toMatchObject({ inputTokens: 4, outputTokens: 40 });
    });
  });

  describe('Anthropic’s models elsewhere', () => {
    const messages = [{ role: 'user', content: 'Hi' }];
    const body = { max_tokens: 100, messages };
    const post = (path: string, json: object) =>
      fetch(`${simulator.url}${path}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${apiKey}` },
        body: JSON.stringify(json),
      });
    const vertex = `/v1/projects/p/locations/l/publishers/anthropic/models`;

    test('it guarantees Vertex’s paths, whose body has the version and no model', async () => {
      const anthropic_version = 'vertex-2023-10-16';
      const whole = await post(`${vertex}/${model}:rawPredict`, { ...body, anthropic_version });
      expect(await whole.json()).toMatchObject({ model, stop_reason: 'end_turn' });
      const asked = { ...body, anthropic_version, stream: true };
      const streamed = await post(`${vertex}/${model}:streamRawPredict`, asked);
      expect(await streamed.text()).toMatch(/event: message_start[^]*event: message_stop/);
      const count = await post(`${vertex}/count-tokens:rawPredict`, { model, messages });
      expect(await count.json()).toEqual({ input_tokens: 4 });
      for (const wrong of [body, { ...body, anthropic_version, model }])
        expect((await post(`${vertex}/${model}:rawPredict`, wrong)).status).toBe(400);
    });

    test('it guarantees that Bedrock’s InvokeModel says the same streamed and whole', async () => {
      const client = new BedrockRuntimeClient({
        region: 'eu-central-1',
        endpoint: simulator.url,
        credentials: { accessKeyId: 'AKIASIMULATED', secretAccessKey: 'secret' },
        requestHandler: new NodeHttpHandler(),
      });
      const anthropic_version = 'bedrock-2023-05-31';
      const request = {
        modelId: model,
        contentType: 'application/json',
        body: JSON.stringify({ ...body, anthropic_version }),
      };
      const whole = await client.send(new InvokeModelCommand(request));
      const answer = JSON.parse(Buffer.from(whole.body).toString());
      const streamed = await client.send(new InvokeModelWithResponseStreamCommand(request));
      let text = '';
      const types: string[] = [];
      for await (const { chunk } of streamed.body ?? []) {
        const event = JSON.parse(Buffer.from(chunk?.bytes ?? []).toString());
        types.push(event.type);
        if (event.delta?.text) text += event.delta.text;
      }
      expect(text).toBe(answer.content[0].text);
      expect([types[0], types.at(-1)]).toEqual(['message_start', 'message_stop']);
      const wrong = await post(`/model/${model}/invoke`, { ...body, anthropic_version, model });
      expect(wrong.status).toBe(400);
      client.destroy();
    });
  });

  describe('OpenAI’s responses', () => {
    test('it guarantees that a folded stream equals the unary answer', async () => {
      const { responses } = clientOf(simulator);
      const unary = await responses.create({ model, input: 'Hi' });
      const streamed = await responses.stream({ model, input: 'Hi' }).finalResponse();
      expect(streamed.output_text).toBe(unary.output_text);
      expect(streamed.usage).toMatchObject({ input_tokens: 4, output_tokens: 40 });
      expect(streamed.status).toBe('completed');
    });

    test('it guarantees that tools are called', async () => {
      const tool = { type: 'function' as const, name: 'get_weather', parameters: schema };
      const tools = [{ ...tool, strict: false }];
      const request = { model, input: question, tools };
      const streamed = await clientOf(simulator).responses.stream(request).finalResponse();
      const unary = await clientOf(simulator).responses.create(request);
      expect(streamed.output).toMatchObject([{ type: 'function_call', name: 'get_weather' }]);
      expect(unary.output).toMatchObject([{ type: 'function_call', name: 'get_weather' }]);
    });
  });
});
