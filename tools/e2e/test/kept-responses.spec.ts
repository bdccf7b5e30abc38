import { createOpenAI } from '@ai-sdk/openai';
import {
  generateText,
  type LanguageModel,
  type ModelMessage,
  stepCountIs,
  streamText,
  tool,
} from 'ai';
import 'undici';
import OpenAI from 'openai';
import { z } from 'zod';
import { inBothModes } from './in-both-modes.ts';

/** A name by which the AI SDK knows a model that reasons. */
const MODEL = 'gpt-5-simulated';
const RESULT = 'It is 21 degrees';
const VENDORS = ['anthropic', 'google'] as const;
type Vendor = (typeof VENDORS)[number];

/** Clients as they are, with their own `store: true`, over providers that keep nothing. */
inBothModes('responses that clients name later', (scene) => {
  const keys = { anthropic: '', google: '', none: '' };

  beforeAll(async () => {
    const { admin, system, oracle } = scene();
    await oracle.setBehaviour(MODEL, { outputTokens: 40 });
    const connected = async (name: keyof typeof keys, provider: Vendor): Promise<string> => {
      const project = await admin.createProject(`kept-${name}`);
      if (name === 'none')
        await admin.call('PATCH', `/api/v1/projects/${project.id}`, { payloadCapture: 'none' });
      const baseUrl = system.facts().simulatorUrl;
      const { id } = await admin.connect(project.id, 'simulated', { provider, baseUrl });
      const route = await admin.publishRoute(project.id, 'main', [
        { aiProviderId: id, model: '*' },
      ]);
      keys[name] = (await admin.createKey(project.id, route.id)).key;
      return keys[name];
    };
    for (const vendor of VENDORS) await connected(vendor, vendor);
    await connected('none', 'anthropic');
  });

  /** With what it sends written down. */
  const clientOf = (name: keyof typeof keys) => {
    const sent: string[] = [];
    const provider = createOpenAI({
      apiKey: keys[name],
      baseURL: `${scene().system.facts().gatewayUrl}/v1`,
      fetch: (url, init) => {
        sent.push(String(init?.body));
        return fetch(url, init);
      },
    });
    return { sent, model: provider.responses(MODEL) };
  };
  const asking = (model: LanguageModel, messages: readonly ModelMessage[]) => ({
    model,
    messages: [...messages],
    tools: {
      get_weather: tool({
        description: 'The weather in a city',
        inputSchema: z.object({ city: z.string() }),
        execute: async () => RESULT,
      }),
    },
    providerOptions: { openai: { reasoningEffort: 'low', reasoningSummary: 'auto' } },
    stopWhen: stepCountIs(3),
    maxOutputTokens: 4_000,
    maxRetries: 0,
  });
  const user = (content: string): ModelMessage => ({ role: 'user', content });
  const sdk = (name: keyof typeof keys): OpenAI => scene().openai(keys[name]);

  describe.each(VENDORS)('over %s', (vendor) => {
    it('the AI SDK reasons, calls tools and goes on for several turns, whole and streamed', async () => {
      const { model, sent } = clientOf(vendor);
      const messages: ModelMessage[] = [user('What is the weather in Wien?')];
      const first = await generateText(asking(model, messages));
      expect(first.steps[0]?.toolCalls).toMatchObject([{ toolName: 'get_weather' }]);
      expect(first.text).toContain(RESULT);
      messages.push(...first.responseMessages, user('And the weather in Graz?'));

      const second = streamText(asking(model, messages));
      let text = '';
      for await (const delta of second.textStream) text += delta;
      expect(text).toContain(RESULT);
      messages.push(...(await second.responseMessages), user('Thank you.'));
      const third = await generateText(asking(model, messages));
      expect(third.finishReason).toBe('stop');
      // It counts on what is kept: else this proves nothing.
      expect(sent.join()).toContain('item_reference');
    });

    it("OpenAI's SDK goes on from a response, and what was said reaches the model", async () => {
      const client = sdk(vendor);
      const first = await client.responses.create({ model: MODEL, input: 'My name is Ada.' });
      expect(first).toMatchObject({ store: true });
      const more = { model: MODEL, input: 'Go on.', previous_response_id: first.id };
      const second = await client.responses.create(more);
      const alone = await client.responses.create({ model: MODEL, input: 'Go on.' });
      const tokens = (response: typeof first): number => response.usage?.input_tokens ?? 0;
      expect(tokens(second)).toBeGreaterThan(tokens(alone) + first.output_text.length / 10);
      expect(second.previous_response_id).toBe(first.id);
    });
  });

  it('are shown and deleted as at OpenAI, to their own project alone', async () => {
    const [own, other] = [sdk('anthropic'), sdk('google')];
    const made = await own.responses.create({ model: MODEL, input: 'x' });
    expect(await own.responses.retrieve(made.id)).toEqual(made);
    await expect(other.responses.retrieve(made.id)).rejects.toMatchObject({ status: 404 });
    await expect(other.responses.delete(made.id)).rejects.toMatchObject({ status: 404 });
    await own.responses.delete(made.id);
    await expect(own.responses.retrieve(made.id)).rejects.toMatchObject({
      ...{ status: 404, code: 'not_found' },
    });
    await expect(own.responses.retrieve('resp_68af')).rejects.toMatchObject({ status: 404 });
    const url = `${scene().system.facts().gatewayUrl}/v1/responses/${made.id}`;
    const posted = await fetch(url, { method: 'POST' });
    expect([posted.status, posted.headers.get('allow')]).toEqual([405, 'GET, DELETE']);
    expect((await fetch(url)).status).toBe(401);
  });

  it('another project cannot go on from them', async () => {
    const { id, output } = await sdk('anthropic').responses.create({ model: MODEL, input: 'x' });
    const item = { type: 'item_reference', id: output.at(-1)?.id ?? '' } as const;
    for (const body of [{ input: 'x', previous_response_id: id }, { input: [item] }])
      await expect(sdk('google').responses.create({ model: MODEL, ...body })).rejects.toMatchObject(
        { status: 404, code: 'not_found' },
      );
  });

  it('a project that captures no payloads keeps none', async () => {
    const first = await sdk('none').responses.create({ model: MODEL, input: 'x' });
    expect(first).toMatchObject({ store: false });
    const more = { model: MODEL, input: 'x', previous_response_id: first.id };
    await expect(sdk('none').responses.create(more)).rejects.toMatchObject({
      status: 400,
      message: expect.stringContaining('send the items themselves'),
    });
  });
});
