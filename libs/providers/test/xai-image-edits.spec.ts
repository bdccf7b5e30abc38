import { Losses } from '@tollgate/neutral';
import type { OperationRequest } from '../src/index.ts';
import { PROVIDERS } from '../src/provider-registry.ts';
import { bodyOf, hasRecordings, loadRecordings } from './support/recordings.ts';

const isHere = hasRecordings('xai');
const connected = PROVIDERS.xai.connect({
  baseUrl: 'https://api.x.ai/v1',
  config: {},
  credential: 'key',
});
if (!connected.ok || !connected.value.operations?.images) throw new Error('no images');
const wire = connected.value.operations.images;

const asked = (
  request: Partial<OperationRequest<'images'>['request']>,
): OperationRequest<'images'> => ({
  request: { prompt: 'p', others: {}, ...request },
  model: 'grok-imagine-image-quality',
  losses: new Losses('strict', 'xai'),
  fetched: new Map(),
  stream: false,
});

describe('edits of pictures at xAI', () => {
  (isHere ? it : it.skip)('are asked and read as they were recorded', () => {
    const [recording] = loadRecordings('xai').filter(({ endpoint }) => endpoint === 'images/edits');
    if (!recording) throw new Error('no recording');
    const { images, prompt } = recording.reqJson as {
      readonly prompt: string;
      readonly images: readonly { readonly url: string }[];
    };
    const originals = images.map(({ url }) => ({
      kind: 'data' as const,
      mediaType: 'image/png',
      base64: url.slice(url.indexOf(',') + 1),
    }));
    const request = asked({ prompt, originals });
    const sent = wire.encodeRequest(request);
    if (!sent.ok) throw new Error(sent.failure.message);
    expect(sent.value.path).toBe('/v1/images/edits');
    expect(JSON.parse(Buffer.from(sent.value.body).toString())).toEqual(recording.reqJson);
    expect(request.losses.settle()).toEqual({ ok: true, value: [] });
    const decoded = wire.decodeAnswer(bodyOf(recording), request);
    if (!decoded.ok) throw new Error(decoded.failure.internal);
    const said = JSON.parse(bodyOf(recording).toString());
    expect(decoded.answer.images).toEqual([{ source: { kind: 'url', url: said.data[0].url } }]);
    // 700,000,000 ticks are 7 cents.
    expect(decoded.facts.reportedCostPicoUsd).toBe(70_000_000_000n);
  });

  it.each([
    ['mask', { mask: { kind: 'url', url: 'https://a.example/m.png' } as const }],
    ['image', { originals: [{ kind: 'file', wire: 'openai-chat', id: 'file-1' } as const] }],
    ['size', { size: '1024x1024' }],
    ['input_fidelity', { others: { input_fidelity: 'high' } }],
  ])('name what cannot be said: %s', (param, changes) => {
    const request = asked(changes);
    wire.encodeRequest(request);
    expect(request.losses.settle()).toMatchObject({ ok: false, failure: { param } });
  });

  it('without a picture are no answer', () => {
    for (const body of ['{}', '{"data":[{}]}', 'x'])
      expect(wire.decodeAnswer(Buffer.from(body), asked({})).ok).toBe(false);
  });
});
