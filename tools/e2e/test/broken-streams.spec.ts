import Anthropic from '@anthropic-ai/sdk';
import { GoogleGenAI } from '@google/genai';
import OpenAI from 'openai';
import 'undici';
import { eventually } from '../src/index.ts';
import { inBothModes, type Scene } from './in-both-modes.ts';
import { modelAt, type ProviderKey, PROVIDERS, providerKey } from './provider-keys.ts';

const QUESTION = 'Tell me something long';

/** Reads a stream with an official client. Answers how much text came; throws as the client does. */
type Reader = (gatewayUrl: string, apiKey: string, model: string) => Promise<number>;

const READERS: Readonly<Record<string, Reader>> = {
  'OpenAI chat': async (gatewayUrl, apiKey, model) => {
    const client = new OpenAI({ apiKey, baseURL: `${gatewayUrl}/v1`, maxRetries: 0 });
    const messages = [{ role: 'user' as const, content: QUESTION }];
    let length = 0;
    for await (const chunk of await client.chat.completions.create({
      model,
      messages,
      stream: true,
    }))
      length += chunk.choices[0]?.delta.content?.length ?? 0;
    return length;
  },
  'OpenAI responses': async (gatewayUrl, apiKey, model) => {
    const client = new OpenAI({ apiKey, baseURL: `${gatewayUrl}/v1`, maxRetries: 0 });
    const final = await client.responses.stream({ model, input: QUESTION }).finalResponse();
    return final.output_text.length;
  },
  Anthropic: async (gatewayUrl, apiKey, model) => {
    const client = new Anthropic({ apiKey, baseURL: gatewayUrl, maxRetries: 0 });
    const messages = [{ role: 'user' as const, content: QUESTION }];
    const stream = client.messages.stream({ model, max_tokens: 500, messages });
    return (await stream.finalText()).length;
  },
  Gemini: async (gatewayUrl, apiKey, model) => {
    const { models } = new GoogleGenAI({ apiKey, httpOptions: { baseUrl: gatewayUrl } });
    let length = 0;
    for await (const chunk of await models.generateContentStream({ model, contents: QUESTION }))
      length += chunk.text?.length ?? 0;
    return length;
  },
};

const FAULTS = {
  'is cut': { cutAfterChunks: 5 },
  'turns to garbage': { garbageAfterChunks: 5 },
  'falls silent': { stallAfterChunks: 5 },
} as const;

interface Row {
  readonly status: number;
  readonly code: string | null;
  readonly usageSource: string;
  readonly attempts: readonly { readonly code: string | null }[];
}

async function recordOf({ admin }: Scene, key: ProviderKey): Promise<Row> {
  const query = `organizationId=${key.organizationId}&keyId=${key.id}&limit=1`;
  const page = await eventually(
    'the record',
    () => admin.call<{ data: readonly Row[] }>('GET', `/api/v1/requests?${query}`),
    ({ data }) => data.length > 0,
    20_000,
  );
  const [row] = page.data;
  if (!row) throw new Error('no record');
  return row;
}

inBothModes('a stream that breaks after its first words', (scene) => {
  describe.each(Object.entries(PROVIDERS))('%s', (name, fields) => {
    it.each(Object.entries(FAULTS))(
      'is an error to every client, never an end, and is recorded: it %s',
      async (what, fault) => {
        const { system, oracle } = scene();
        const label = `${name} ${what}`.replace(/\W+/g, '-').toLowerCase();
        const model = modelAt(fields, `${label}-instant`);
        await oracle.setBehaviour(model, { outputTokens: 40, ...fault });
        const read = async ([which, reader]: readonly [string, Reader]): Promise<void> => {
          const timeouts = { stallMs: 300 };
          const key = await providerKey(scene(), `${label}-${which}`, fields, { timeouts });
          await expect(reader(system.facts().gatewayUrl, key.text, model)).rejects.toThrow();
          const { status, code, usageSource, attempts } = await recordOf(scene(), key);
          expect([which, status, attempts.length]).toEqual([which, 200, 1]);
          expect(code).toMatch(/^upstream_/);
          expect(['partial', 'estimated']).toContain(usageSource);
        };
        await Promise.all(Object.entries(READERS).map(read));
      },
    );
  });
});
