import type { TokenUsage } from '@tollgate/contracts';
import {
  anthropicMessages,
  type Dialect,
  geminiGenerate,
  openaiChat,
  openaiCompletions,
  openaiEmbeddings,
  openaiImages,
  openaiModeration,
  openaiResponses,
  openaiSpeech,
  type RequestProfile,
} from '@tollgate/dialects';
import {
  costOf,
  findPrice,
  knownModels,
  type PriceSheet,
  priceFromOverride,
} from '@tollgate/pricing';
import fc from 'fast-check';
import { type PricedCandidate, type ReservationTerms, reserve } from './reservation.ts';

const NOW = Date.parse('2026-11-20');

/** Every price of the catalogue: tiers, caches of an hour, audio and all. */
const CATALOGUE: readonly PriceSheet[] = [
  'openai',
  'anthropic',
  'google',
  'bedrock',
  'xai',
  'openrouter',
]
  .flatMap((provider) => knownModels(provider).map((model) => findPrice(provider, model, NOW)))
  .filter((sheet) => sheet !== undefined);

/** Those at which sound is dearer than text. */
const AUDIBLE = CATALOGUE.filter(({ base }) => base.rates.outputAudio > base.rates.output);

const decimal = fc.nat(1_000_000_000).map((micro) => (micro / 1e6).toFixed(6));
const operators = fc
  .record(
    {
      inputPerMTok: decimal,
      outputPerMTok: decimal,
      cachedInputPerMTok: decimal,
      cacheWritePerMTok: decimal,
      perRequest: decimal,
    },
    { requiredKeys: ['inputPerMTok', 'outputPerMTok'] },
  )
  .map((override) => priceFromOverride(override));

const candidate: fc.Arbitrary<PricedCandidate> = fc.record({
  sheet: fc.oneof(fc.constantFrom(...CATALOGUE), fc.constantFrom(...AUDIBLE), operators),
  contextWindow: fc.option(fc.integer({ min: 1_000, max: 2_000_000 })),
  maxOutputTokens: fc.option(fc.integer({ min: 256, max: 200_000 })),
  ownPromptTokens: fc.constantFrom(0, 512),
});

const terms: fc.Arbitrary<ReservationTerms> = fc.record({
  candidates: fc.array(candidate, { minLength: 1, maxLength: 4 }),
  hasCostQuota: fc.constant(true),
  needsPrice: fc.constant(true),
  needsOutputCap: fc.constant(true),
  defaultOutputCap: fc.integer({ min: 1, max: 256 }),
});

const text = fc.string({ maxLength: 2_000 });
const count = fc.integer({ min: 1, max: 4 });
const cap = fc.option(fc.integer({ min: 1, max: 100_000 }), { nil: undefined });
const messages = text.map((content) => [{ role: 'user', content }]);

/** A request of each operation, and of each dialect of a conversation. */
const REQUESTS: Readonly<Record<string, readonly [Dialect, fc.Arbitrary<object>]>> = {
  'chat, several answers': [openaiChat, fc.record({ messages, n: count, max_tokens: cap })],
  'chat, in sound': [
    openaiChat,
    fc.record({ messages, modalities: fc.constant(['text', 'audio']), max_completion_tokens: cap }),
  ],
  'completions of a list': [
    openaiCompletions,
    fc.record({ prompt: fc.array(text, { minLength: 1, maxLength: 3 }), n: count, best_of: count }),
  ],
  responses: [
    openaiResponses,
    fc.record({ input: text.map((one) => `x${one}`), max_output_tokens: cap }),
  ],
  messages: [
    anthropicMessages,
    fc.record({ messages, max_tokens: fc.integer({ min: 1, max: 64_000 }) }),
  ],
  'messages with a search': [
    anthropicMessages,
    fc.record({
      messages,
      max_tokens: fc.constant(500),
      tools: count.map((most) => [{ type: 'web_search_20250305', name: 's', max_uses: most }]),
    }),
  ],
  gemini: [
    geminiGenerate,
    fc.record({
      contents: text.map((one) => [{ role: 'user', parts: [{ text: one }] }]),
      generationConfig: fc.record({ candidateCount: count }),
    }),
  ],
  embeddings: [
    openaiEmbeddings,
    fc.record({
      input: fc.array(
        text.map((one) => `x${one}`),
        { minLength: 1 },
      ),
    }),
  ],
  moderation: [openaiModeration, fc.record({ input: text })],
  images: [openaiImages, fc.record({ prompt: text.map((one) => `x${one}`), n: count })],
  speech: [openaiSpeech, fc.record({ input: text.map((one) => `x${one}`) })],
};

function profileOf(dialect: Dialect, body: object): RequestProfile {
  const parsed = dialect.parse(Buffer.from(JSON.stringify(body)), { model: 'm', stream: false });
  if (!parsed.ok) throw new Error(parsed.failure.message);
  return parsed.value.profile;
}

/** All, nothing, or any share of what is allowed, for each kind of token. */
const part = fc.oneof(fc.constantFrom(0, 1), fc.double({ min: 0, max: 1, noNaN: true }));
const shares = fc.record({
  input: part,
  output: part,
  parts: fc.tuple(part, part, part, part, part, part),
});

/** A usage that providers may report of such a request: within the body, the window and the cap. */
function usageWithin(
  profile: RequestProfile,
  one: PricedCandidate,
  sent: number | null,
  { input, output, parts }: typeof shares extends fc.Arbitrary<infer Value> ? Value : never,
): TokenUsage {
  const { choices, outputBound, hostedToolCalls } = profile;
  const isBatch = profile.operation === 'embeddings' || profile.operation === 'moderation';
  const window = isBatch ? null : one.contextWindow;
  const body = profile.inputTokensBound + one.ownPromptTokens;
  const readable =
    hostedToolCalls === 0 || window === null
      ? Math.min(body, window ?? body)
      : window * ((hostedToolCalls ?? 0) + 1);
  const longest = outputBound ?? profile.outputCap ?? sent ?? 0;
  const told = outputBound === null ? Math.min(longest, one.maxOutputTokens ?? longest) : longest;
  const inputTokens = Math.floor(readable * input);
  const outputTokens = Math.floor(told * choices * output);
  const sounds = profile.capabilities.some((name) => name === 'audio' || name === 'speech');
  const [cached, write, long, heard, thought, spoken] = parts;
  const cacheWriteTokens = Math.floor(inputTokens * write);
  return {
    inputTokens,
    cachedInputTokens: Math.floor((inputTokens - cacheWriteTokens) * cached),
    cacheWriteTokens,
    cacheWrite1hTokens: Math.floor(cacheWriteTokens * long),
    inputAudioTokens: sounds ? Math.floor((inputTokens - cacheWriteTokens) * heard) : 0,
    outputTokens,
    reasoningTokens: Math.floor(outputTokens * thought),
    outputAudioTokens: sounds ? Math.floor(outputTokens * (1 - thought) * spoken) : 0,
  };
}

describe('a reservation', () => {
  it.each(Object.entries(REQUESTS))(
    'covers whatever a request within its bounds costs: %s',
    (_, [dialect, body]) => {
      fc.assert(
        fc.property(terms, body, shares, fc.nat(3), (one, request, share, place) => {
          const profile = profileOf(dialect, request);
          const { amounts, outputCap, inputTokens, outputTokens } = reserve(one, profile);
          const answering = one.candidates[place % one.candidates.length];
          if (!answering?.sheet) throw new Error('a candidate');
          const usage = usageWithin(profile, answering, outputCap, share);
          expect(costOf(answering.sheet, usage).totalPicoUsd <= amounts.costPicoUsd).toBe(true);
          expect(usage.inputTokens + usage.outputTokens).toBeLessThanOrEqual(amounts.tokens);
          expect(usage.inputTokens).toBeLessThanOrEqual(inputTokens);
          expect(usage.outputTokens).toBeLessThanOrEqual(outputTokens);
        }),
        { numRuns: 300 },
      );
    },
  );
});
