import { type EmbeddingRequest, Losses } from '@tollgate/neutral';
import { bedrock } from '../src/bedrock/bedrock.provider.ts';
import type { OperationRequest } from '../src/operation-wire.ts';
import { bodyOf, hasRecordings, loadRecordings, type Recording } from './support/recordings.ts';

const connected = bedrock.connect({
  baseUrl: 'https://bedrock-runtime.us-east-1.amazonaws.com',
  config: {},
  credential: null,
});
const wire = connected.ok ? connected.value.operations?.embeddings : undefined;
if (!wire) throw new Error('Bedrock does not connect');

const TITAN = 'amazon.titan-embed-text-v2:0';
const COHERE = 'us.cohere.embed-v4:0';
const NOVA = 'amazon.nova-2-multimodal-embeddings-v1:0';

function asked(
  model: string,
  request: Partial<EmbeddingRequest>,
  losses = new Losses('lenient', 'bedrock'),
): OperationRequest<'embeddings'> {
  const inputs = [{ kind: 'text', text: 'Ruby' }] as const;
  return {
    request: { inputs, others: {}, ...request },
    model,
    losses,
    fetched: new Map(),
    stream: false,
  };
}

function encode(model: string, request: Partial<EmbeddingRequest>) {
  const losses = new Losses('lenient', 'bedrock');
  const encoded = wire?.encodeRequest(asked(model, request, losses));
  const settled = losses.settle();
  return {
    path: encoded?.ok ? encoded.value.path : null,
    json: encoded?.ok ? JSON.parse(Buffer.from(encoded.value.body).toString()) : null,
    lost: settled.ok ? settled.value : [],
    refused:
      encoded?.ok === false ? encoded.failure.param : settled.ok ? null : settled.failure.param,
  };
}

const texts = (...said: string[]) => said.map((text) => ({ kind: 'text' as const, text }));
const IMAGE = {
  kind: 'parts' as const,
  parts: [
    { type: 'text' as const, text: 'a' },
    {
      type: 'image' as const,
      source: { kind: 'data' as const, mediaType: 'image/jpg', base64: 'QUJD' },
    },
  ],
};

describe('embeddings on their way to Bedrock', () => {
  it.each<[string, string, Partial<EmbeddingRequest>, unknown, readonly string[]]>([
    ['Titan', TITAN, { dimensions: 1024 }, { inputText: 'Ruby', dimensions: 1024 }, []],
    [
      'Titan without what it cannot say',
      TITAN,
      { purpose: 'query', endUser: 'u' },
      { inputText: 'Ruby' },
      ['user', 'purpose'],
    ],
    [
      "Titan's images",
      'amazon.titan-embed-image-v1',
      { inputs: [IMAGE], dimensions: 256 },
      { inputText: 'a', inputImage: 'QUJD', embeddingConfig: { outputEmbeddingLength: 256 } },
      [],
    ],
    [
      'Cohere',
      COHERE,
      { inputs: texts('Ruby', 'Python'), purpose: 'query', dimensions: 512 },
      { input_type: 'search_query', texts: ['Ruby', 'Python'], output_dimension: 512 },
      [],
    ],
    [
      'Cohere without a purpose',
      COHERE,
      {},
      { input_type: 'search_document', texts: ['Ruby'] },
      ['purpose'],
    ],
    [
      'Nova',
      NOVA,
      { inputs: [IMAGE], dimensions: 256, purpose: 'clustering' },
      {
        taskType: 'SINGLE_EMBEDDING',
        singleEmbeddingParams: {
          embeddingPurpose: 'CLUSTERING',
          embeddingDimension: 256,
          text: { truncationMode: 'NONE', value: 'a' },
          image: { format: 'jpeg', source: { bytes: 'QUJD' } },
        },
      },
      [],
    ],
  ])('speak as %s does', (_name, model, request, json, lost) => {
    const encoded = encode(model, request);
    expect(encoded).toMatchObject({ json, refused: null });
    expect(encoded.json).toEqual(json);
    expect(encoded.path).toBe(`/model/${encodeURIComponent(model)}/invoke`);
    expect(encoded.lost).toEqual(lost);
  });

  it.each<[string, string, Partial<EmbeddingRequest>, string]>([
    ['several inputs for Titan', TITAN, { inputs: texts('a', 'b') }, 'input'],
    ['tokens', COHERE, { inputs: [{ kind: 'tokens', tokens: [1] }] }, 'input'],
    ['an image for a model of texts', TITAN, { inputs: [IMAGE] }, 'input'],
    ['a model that gives no vectors', 'us.amazon.nova-lite-v1:0', {}, 'model'],
  ])('are refused by name with %s', (_name, model, request, param) => {
    expect(encode(model, request).refused).toBe(param);
  });

  it.each(['', '{}', '{"embedding":[]}', '{"embeddings":{"float":[[1],[2]]}}'])(
    'fail where the answer has not one vector for each input: %s',
    (body) => {
      expect(wire.decodeAnswer(Buffer.from(body), asked(TITAN, {}))).toMatchObject({
        ok: false,
        failure: { code: 'provider.invalid_answer' },
      });
    },
  );
});

interface RecordedEmbedding {
  readonly inputText?: string;
  readonly texts?: readonly string[];
  readonly singleEmbeddingParams?: {
    readonly text: { readonly value: string };
    readonly embeddingDimension: number;
  };
  readonly dimensions?: number;
  readonly output_dimension?: number;
}

const modelOf = ({ url }: Recording): string =>
  decodeURIComponent(/\/model\/([^/]+)\//.exec(url)?.[1] ?? '');
const isHere = hasRecordings('bedrock');
const recorded = loadRecordings('bedrock').filter((one) => /embed/.test(modelOf(one)));

(isHere ? describe : describe.skip)('recorded embeddings of Bedrock', () => {
  it('go out as they were recorded and come back whole', () => {
    const tally: Record<string, number> = {};
    for (const recording of recorded) {
      const fields: RecordedEmbedding = JSON.parse(JSON.stringify(recording.reqJson));
      const { inputText, texts: many, singleEmbeddingParams: nova } = fields;
      const said = many ?? [inputText ?? nova?.text.value ?? ''];
      const dimensions = fields.dimensions ?? fields.output_dimension ?? nova?.embeddingDimension;
      const request = {
        inputs: texts(...said),
        ...(dimensions === undefined ? {} : { dimensions }),
      };
      const model = modelOf(recording);
      // Nova cut what was too long, and Titan was told its own default.
      const sent = JSON.stringify(encode(model, request).json).replace('"NONE"', '"END"');
      expect({ normalize: true, ...JSON.parse(sent) }).toEqual({
        normalize: true,
        ...recording.reqJson,
      });
      const decoded = wire.decodeAnswer(bodyOf(recording), asked(model, request));
      if (!decoded.ok) throw new Error(decoded.failure.internal);
      expect(decoded.answer.vectors).toHaveLength(said.length);
      if (dimensions !== undefined) expect(decoded.answer.vectors[0]).toHaveLength(dimensions);
      if (inputText !== undefined) expect(decoded.facts.usage?.inputTokens).toBeGreaterThan(0);
      tally[model] = (tally[model] ?? 0) + 1;
    }
    console.table(tally);
    expect(recorded.length).toBeGreaterThan(0);
  });
});
