import Anthropic from '@anthropic-ai/sdk';
import { GoogleGenAI } from '@google/genai';
import OpenAI from 'openai';
import 'undici';
import { inBothModes } from './in-both-modes.ts';
import { modelAt, PROVIDERS, providerKey } from './provider-keys.ts';

const MODEL = 'thinker-instant';
const HELLO = 'Say hello to the gateway';
const WEATHER = 'What is the weather in Wien?';
const RESULT = 'It is 21 degrees';
const SCHEMA = {
  type: 'object' as const,
  properties: { city: { type: 'string' as const } },
  required: ['city'],
};

/** What a client sees of an answer, whatever its SDK calls it. */
interface Seen {
  readonly text: string;
  readonly input: number;
  readonly output: number;
}

/** One of the official SDKs, set to ask the same things. */
interface Client {
  unary(): Promise<Seen>;
  stream(): Promise<Seen>;
  /** Asks, runs the tool that the model calls, and answers what it says then. The tools' names are given too. */
  toolLoop(): Promise<{ readonly tools: readonly string[]; readonly text: string }>;
}

function openAiChat(client: OpenAI, model: string): Client {
  const messages = [{ role: 'user' as const, content: HELLO }];
  return {
    unary: async () => {
      const answer = await client.chat.completions.create({ model, messages });
      return seen(
        answer.choices[0]?.message.content,
        answer.usage?.prompt_tokens,
        answer.usage?.completion_tokens,
      );
    },
    stream: async () => {
      const stream_options = { include_usage: true };
      const stream = client.chat.completions.stream({ model, messages, stream_options });
      const answer = await stream.finalChatCompletion();
      return seen(
        answer.choices[0]?.message.content,
        answer.usage?.prompt_tokens,
        answer.usage?.completion_tokens,
      );
    },
    toolLoop: async () => {
      const tool = { name: 'get_weather', parameters: SCHEMA };
      const asked = {
        model,
        reasoning_effort: 'medium' as const,
        tools: [{ type: 'function' as const, function: tool }],
      };
      const question = { role: 'user' as const, content: WEATHER };
      const first = await client.chat.completions
        .stream({ ...asked, messages: [question] })
        .finalChatCompletion();
      const message = first.choices[0]?.message;
      const calls = (message?.tool_calls ?? []).filter((call) => call.type === 'function');
      if (!message) throw new Error('no message');
      const results = calls.map((call) => ({
        role: 'tool' as const,
        tool_call_id: call.id,
        content: RESULT,
      }));
      const second = await client.chat.completions.create({
        ...asked,
        messages: [question, message, ...results],
      });
      const tools = calls.map((call) => call.function.name);
      return { tools, text: second.choices[0]?.message.content ?? '' };
    },
  };
}

function openAiResponses(client: OpenAI, model: string): Client {
  const { responses } = client;
  const request = { model, input: HELLO };
  return {
    unary: async () => {
      const { output_text, usage } = await responses.create(request);
      return seen(output_text, usage?.input_tokens, usage?.output_tokens);
    },
    stream: async () => {
      const { output_text, usage } = await responses.stream(request).finalResponse();
      return seen(output_text, usage?.input_tokens, usage?.output_tokens);
    },
    toolLoop: async () => {
      const tool = { type: 'function' as const, name: 'get_weather', parameters: SCHEMA };
      const asked = {
        model,
        reasoning: { effort: 'medium' as const },
        include: ['reasoning.encrypted_content' as const],
        store: false,
        tools: [{ ...tool, strict: false }],
      };
      const question = { role: 'user' as const, content: WEATHER };
      const first = await responses.stream({ ...asked, input: [question] }).finalResponse();
      const calls = first.output.filter((item) => item.type === 'function_call');
      const results = calls.map((call) => ({
        type: 'function_call_output' as const,
        call_id: call.call_id,
        output: RESULT,
      }));
      const items = first.output as OpenAI.Responses.ResponseInputItem[];
      const second = await responses.create({ ...asked, input: [question, ...items, ...results] });
      return { tools: calls.map(({ name }) => name), text: second.output_text };
    },
  };
}

function anthropicMessages({ messages }: Anthropic, model: string): Client {
  const request = {
    model,
    max_tokens: 1_000,
    messages: [{ role: 'user' as const, content: HELLO }],
  };
  const read = ({ content, usage }: Anthropic.Message): Seen =>
    seen(textOf(content), usage.input_tokens, usage.output_tokens);
  const textOf = (content: readonly Anthropic.ContentBlock[]): string =>
    content.map((block) => (block.type === 'text' ? block.text : '')).join('');
  return {
    unary: async () => read(await messages.create(request)),
    stream: async () => read(await messages.stream(request).finalMessage()),
    toolLoop: async () => {
      const asked = {
        model,
        max_tokens: 4_000,
        thinking: { type: 'enabled' as const, budget_tokens: 2_000 },
        tools: [{ name: 'get_weather', input_schema: SCHEMA }],
      };
      const question = { role: 'user' as const, content: WEATHER };
      const first = await messages.stream({ ...asked, messages: [question] }).finalMessage();
      const calls = first.content.filter((block) => block.type === 'tool_use');
      const results = calls.map((call) => ({
        type: 'tool_result' as const,
        tool_use_id: call.id,
        content: RESULT,
      }));
      const second = await messages.create({
        ...asked,
        messages: [
          question,
          { role: 'assistant', content: first.content },
          { role: 'user', content: results },
        ],
      });
      return { tools: calls.map(({ name }) => name), text: textOf(second.content) };
    },
  };
}

function gemini({ models }: GoogleGenAI, model: string): Client {
  const request = { model, contents: HELLO };
  return {
    unary: async () => {
      const { text, usageMetadata } = await models.generateContent(request);
      return seen(text, usageMetadata?.promptTokenCount, usageMetadata?.candidatesTokenCount);
    },
    stream: async () => {
      let text = '';
      let last = seen('', 0, 0);
      for await (const chunk of await models.generateContentStream(request)) {
        text += chunk.text ?? '';
        const { promptTokenCount, candidatesTokenCount } = chunk.usageMetadata ?? {};
        if (candidatesTokenCount) last = seen('', promptTokenCount, candidatesTokenCount);
      }
      return { ...last, text };
    },
    toolLoop: async () => {
      const config = {
        thinkingConfig: { thinkingBudget: 2_000 },
        tools: [{ functionDeclarations: [{ name: 'get_weather', parametersJsonSchema: SCHEMA }] }],
      };
      const question = { role: 'user', parts: [{ text: WEATHER }] };
      const first = await models.generateContent({ model, contents: [question], config });
      const content = first.candidates?.[0]?.content;
      const calls = first.functionCalls ?? [];
      if (!content) throw new Error('no content');
      const parts = calls.map(({ id, name }) => ({
        functionResponse: {
          ...(id === undefined ? {} : { id }),
          name: name ?? '',
          response: { output: RESULT },
        },
      }));
      const contents = [question, content, { role: 'user', parts }];
      const second = await models.generateContent({ model, contents, config });
      return { tools: calls.map(({ name }) => name ?? ''), text: second.text ?? '' };
    },
  };
}

function seen(text: string | null | undefined, input = 0, output = 0): Seen {
  return { text: text ?? '', input, output };
}

function clients(
  gatewayUrl: string,
  apiKey: string,
  model: string,
): Readonly<Record<string, Client>> {
  const openai = new OpenAI({ apiKey, baseURL: `${gatewayUrl}/v1`, maxRetries: 0 });
  return {
    'OpenAI chat': openAiChat(openai, model),
    'OpenAI responses': openAiResponses(openai, model),
    Anthropic: anthropicMessages(
      new Anthropic({ apiKey, baseURL: gatewayUrl, maxRetries: 0 }),
      model,
    ),
    Gemini: gemini(new GoogleGenAI({ apiKey, httpOptions: { baseUrl: gatewayUrl } }), model),
  };
}

inBothModes('any official client with any provider', (scene) => {
  describe.each(Object.entries(PROVIDERS))('%s', (name, fields) => {
    const model = modelAt(fields, MODEL);
    let apiKey = '';
    beforeAll(async () => {
      // Not the prepared answer, which is another one.
      await scene().oracle.setBehaviour(model, { outputTokens: 40 });
      apiKey = (await providerKey(scene(), name, fields)).text;
    });

    it.each(['OpenAI chat', 'OpenAI responses', 'Anthropic', 'Gemini'])(
      'reads the same streamed and whole, and uses tools over several turns: %s',
      async (which) => {
        const client = clients(scene().system.facts().gatewayUrl, apiKey, model)[which];
        if (!client) throw new Error(which);
        const unary = await client.unary();
        expect(unary).toEqual({ text: expect.stringContaining(HELLO), input: 9, output: 40 });
        expect(await client.stream()).toEqual(unary);
        const { tools, text } = await client.toolLoop();
        expect(tools).toEqual(['get_weather']);
        expect(text).toContain(RESULT);
      },
    );
  });
});
