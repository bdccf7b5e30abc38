import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { ProviderSlug } from '@tollgate/contracts';
import { type ClientRequest, PROVIDERS } from '@tollgate/providers';
import { callWire } from '../src/index.ts';

const folder = path.resolve(__dirname, '../../../../shared/recordings');
const isHere = existsSync(folder);
if (!isHere) console.warn(`skipped: there are no recordings in ${folder}`);

function recorded(file: string, endpoint: RegExp) {
  return readFileSync(path.join(folder, `${file}.jsonl`), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))
    .filter(({ url, status }) => endpoint.test(url) && status === 200);
}

const requestOf = (body: object): ClientRequest => ({
  dialect: 'anthropic-count-tokens',
  operation: 'count_tokens',
  body: Buffer.from(JSON.stringify(body)),
  stream: false,
  usageAsked: true,
  modelAsked: 'asked',
  outputCap: null,
});

function wireOf(slug: ProviderSlug, request: ClientRequest, config = {}) {
  const baseUrl = PROVIDERS[slug].defaultBaseUrl ?? 'https://x.example';
  const connected = PROVIDERS[slug].connect({ baseUrl, config, credential: 'key' });
  if (!connected.ok) throw new Error(connected.failure.internal);
  return callWire(connected.value, request, { policy: 'lenient', provider: slug, nowS: () => 0 });
}

const PROMPT = {
  model: 'asked',
  system: 'Be terse.',
  messages: [{ role: 'user', content: 'How many?' }],
};

describe('counting tokens for Anthropic’s clients', () => {
  it.each([
    [{}, '/v1beta/models/gemini-2.5-flash:countTokens'],
    [
      { vertex: { location: 'europe-west1' } },
      '/v1/publishers/google/models/gemini-2.5-flash:countTokens',
    ],
  ])('guarantees that Google counts the same prompt (%j)', (config, urlPath) => {
    const request = requestOf(PROMPT);
    const wire = wireOf('google', request, config);
    if (!wire.ok) throw new Error(wire.failure.message);
    const encoded = wire.value.encodeRequest(request, 'gemini-2.5-flash');
    if (!encoded.ok) throw new Error(encoded.failure.message);
    expect(encoded.value.path).toBe(urlPath);
    const sent = JSON.parse(Buffer.from(encoded.value.body).toString());
    const counted = 'vertex' in config ? sent : sent.generateContentRequest;
    expect(counted).toMatchObject({
      contents: [{ role: 'user', parts: [{ text: 'How many?' }] }],
      systemInstruction: { parts: [{ text: 'Be terse.' }] },
    });
    if (!('vertex' in config)) expect(counted.model).toBe('models/gemini-2.5-flash');
    const body = Buffer.from('{"totalTokens":12,"totalBillableCharacters":9}');
    const decoded = wire.value.decodeResponse(request, body);
    expect(decoded.ok && Buffer.from(decoded.body).toString()).toBe('{"input_tokens":12}');
    expect(decoded).toMatchObject({ facts: { usage: { inputTokens: 0 } } });
    expect(wire.value.decodeResponse(request, Buffer.from('{}'))).toMatchObject({
      ok: false,
      failure: { code: 'provider.invalid_answer' },
    });
  });

  it.each<[ProviderSlug, string, object, string]>([
    [
      'openai',
      '/v1/responses/input_tokens',
      { model: 'm', input: [{ role: 'system' }, { role: 'user' }] },
      '{"object":"response.input_tokens","input_tokens":12}',
    ],
    [
      'bedrock',
      '/model/m/count-tokens',
      {
        input: {
          converse: {
            system: [{ text: 'Be terse.' }],
            messages: [{ role: 'user', content: [{ text: 'How many?' }] }],
          },
        },
      },
      '{"inputTokens":12}',
    ],
  ])('guarantees that %s counts the same prompt', (slug, urlPath, expected, answer) => {
    const request = requestOf(PROMPT);
    const wire = wireOf(slug, request, { region: 'eu-west-1' });
    if (!wire.ok) throw new Error(wire.failure.message);
    const encoded = wire.value.encodeRequest(request, 'm');
    if (!encoded.ok) throw new Error(encoded.failure.message);
    expect(encoded.value.path).toBe(urlPath);
    const sent = JSON.parse(Buffer.from(encoded.value.body).toString());
    expect(sent).toMatchObject(expected);
    expect(Object.keys(sent)).toEqual(Object.keys(expected));
    const decoded = wire.value.decodeResponse(request, Buffer.from(answer));
    expect(decoded.ok && Buffer.from(decoded.body).toString()).toBe('{"input_tokens":12}');
  });

  it('guarantees that a vendor which counts nothing is not asked', () => {
    expect(wireOf('groq', requestOf(PROMPT))).toMatchObject({
      ok: false,
      failure: { code: 'request.unsupported_by_provider' },
    });
  });

  (isHere ? it : it.skip)('guarantees that recorded prompts and counts come across', () => {
    const prompts = recorded('anthropic', /\/count_tokens/);
    const counts = recorded('gemini', /:countTokens/);
    for (const { reqJson } of prompts) {
      const request = requestOf(reqJson);
      const wire = wireOf('google', request);
      if (!wire.ok) throw new Error(wire.failure.message);
      const encoded = wire.value.encodeRequest(request, 'gemini-2.5-flash');
      if (!encoded.ok) throw new Error(encoded.failure.message);
      const { generateContentRequest } = JSON.parse(Buffer.from(encoded.value.body).toString());
      expect(generateContentRequest.contents).toHaveLength(reqJson.messages.length);
      for (const { respText } of counts) {
        const decoded = wire.value.decodeResponse(request, Buffer.from(respText));
        expect(decoded.ok && JSON.parse(Buffer.from(decoded.body).toString())).toEqual({
          input_tokens: JSON.parse(respText).totalTokens,
        });
      }
    }
    console.table({
      'anthropic-count-tokens → google': { prompts: prompts.length, counts: counts.length },
    });
    expect(prompts.length * counts.length).toBeGreaterThan(0);
  });
});
