import { createAnthropic } from '@ai-sdk/anthropic';
import { createGoogle } from '@ai-sdk/google';
import { createOpenAI } from '@ai-sdk/openai';
import { ChatAnthropic } from '@langchain/anthropic';
import { HumanMessage, ToolMessage } from '@langchain/core/messages';
import { tool as langchainTool } from '@langchain/core/tools';
import { ChatOpenAI } from '@langchain/openai';
import { Agent, OpenAIProvider, Runner, tool as agentTool } from '@openai/agents';
import { generateText, type LanguageModel, stepCountIs, streamText, tool } from 'ai';
import 'undici';
import { z } from 'zod';
import { inMode } from './in-both-modes.ts';

const MODEL = 'framework-instant';
const WEATHER = 'What is the weather in Wien?';
const RESULT = 'It is 21 degrees';
const parameters = z.object({ city: z.string() });

/** Each framework over another wire of the simulated provider than its own, so that all of it is translated. */
describe('unmodified frameworks', () => {
  inMode('standalone', (scene) => {
    const keys = { anthropic: '', openai: '' };

    beforeAll(async () => {
      const { admin, system, oracle } = scene();
      await oracle.setBehaviour(MODEL, { outputTokens: 40 });
      for (const provider of ['anthropic', 'openai'] as const) {
        const project = await admin.createProject(`frameworks-${provider}`);
        const baseUrl = `${system.facts().simulatorUrl}${provider === 'openai' ? '/v1' : ''}`;
        const connection = await admin.connect(project.id, 'simulated', { provider, baseUrl });
        const targets = [{ aiProviderId: connection.id, model: '*' }];
        const route = await admin.publishRoute(project.id, 'main', targets);
        keys[provider] = (await admin.createKey(project.id, route.id)).key;
      }
    });

    const baseURL = (): string => `${scene().system.facts().gatewayUrl}/v1`;

    describe('the AI SDK', () => {
      const models: Readonly<Record<string, () => LanguageModel>> = {
        'OpenAI chat': () =>
          createOpenAI({ apiKey: keys.anthropic, baseURL: baseURL() }).chat(MODEL),
        'OpenAI responses': () =>
          createOpenAI({ apiKey: keys.anthropic, baseURL: baseURL() }).responses(MODEL),
        Anthropic: () => createAnthropic({ apiKey: keys.openai, baseURL: baseURL() })(MODEL),
        Google: () =>
          createGoogle({
            apiKey: keys.anthropic,
            baseURL: `${scene().system.facts().gatewayUrl}/v1beta`,
          })(MODEL),
      };

      it.each(Object.keys(models))('goes on after the tool it ran: %s', async (name) => {
        const model = models[name]?.();
        if (!model) throw new Error(name);
        const tools = {
          get_weather: tool({
            description: 'The weather in a city',
            inputSchema: parameters,
            execute: async () => RESULT,
          }),
        };
        const asked = {
          model,
          tools,
          prompt: WEATHER,
          stopWhen: stepCountIs(3),
          maxOutputTokens: 1_000,
          maxRetries: 0,
        };
        const whole = await generateText(asked);
        expect(whole.steps[0]?.toolCalls).toMatchObject([{ toolName: 'get_weather' }]);
        expect(whole.text).toContain(RESULT);
        const streamed = streamText(asked);
        let text = '';
        for await (const delta of streamed.textStream) text += delta;
        expect(text).toContain(RESULT);
        expect((await streamed.usage).outputTokens).toBeGreaterThan(0);
      });
    });

    describe('LangChain', () => {
      const getWeather = langchainTool(async () => RESULT, {
        name: 'get_weather',
        description: 'The weather in a city',
        schema: parameters,
      });
      const models = {
        OpenAI: () =>
          new ChatOpenAI({
            apiKey: keys.anthropic,
            model: MODEL,
            maxRetries: 0,
            configuration: { baseURL: baseURL() },
          }),
        Anthropic: () =>
          new ChatAnthropic({
            apiKey: keys.openai,
            model: MODEL,
            maxTokens: 1_000,
            maxRetries: 0,
            anthropicApiUrl: scene().system.facts().gatewayUrl,
          }),
      } as const;

      it.each(['OpenAI', 'Anthropic'] as const)('runs a tool and goes on: %s', async (name) => {
        const model = models[name]().bindTools([getWeather]);
        const question = new HumanMessage(WEATHER);
        const first = await model.invoke([question]);
        const [call] = first.tool_calls ?? [];
        expect(call).toMatchObject({ name: 'get_weather' });
        const result = new ToolMessage({ content: RESULT, tool_call_id: call?.id ?? '' });
        let text = '';
        for await (const chunk of await model.stream([question, first, result])) text += chunk.text;
        expect(text).toContain(RESULT);
      });
    });

    describe('OpenAI Agents', () => {
      it.each([true, false])('runs an agent with a tool, responses: %s', async (useResponses) => {
        const access = { apiKey: keys.anthropic, baseURL: baseURL() };
        const modelProvider = new OpenAIProvider({ ...access, useResponses });
        const runner = new Runner({ modelProvider, tracingDisabled: true });
        const agent = new Agent({
          name: 'Weather',
          instructions: 'Answer briefly.',
          model: MODEL,
          tools: [
            agentTool({
              name: 'get_weather',
              description: 'The weather in a city',
              parameters,
              execute: async () => RESULT,
            }),
          ],
        });
        const ran = await runner.run(agent, WEATHER, { maxTurns: 3 });
        expect(ran.finalOutput).toContain(RESULT);
        const streamed = await runner.run(agent, WEATHER, { maxTurns: 3, stream: true });
        await streamed.completed;
        expect(streamed.finalOutput).toContain(RESULT);
      });
    });
  });
});
