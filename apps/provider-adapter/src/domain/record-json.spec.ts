import { FAILURES, type RequestRecord, requestRecord } from '@tollgate/contracts';
import fc from 'fast-check';
import type { CallSummary } from './call-summary.ts';
import { recordJson } from './record-json.ts';

const pico = fc.bigInt({ min: 0n, max: 10n ** 24n });
const count = fc.nat();
const tokens = {
  inputTokens: count,
  cachedInputTokens: count,
  cacheWriteTokens: count,
  cacheWrite1hTokens: count,
  inputAudioTokens: count,
  outputTokens: count,
  reasoningTokens: count,
  outputAudioTokens: count,
};
const usage = fc.oneof(
  fc.record(tokens),
  fc.record({ ...tokens, webSearches: fc.integer({ min: 1, max: 100 }) }),
);
const ms = fc.double({ min: 0, max: 1e9, noNaN: true });
const text = fc.string({ unit: 'binary' });
const metadata = fc.dictionary(
  text.filter((key) => key !== '__proto__'),
  text,
  { noNullPrototype: true },
);
const attempt = fc.record(
  {
    aiProviderId: text,
    provider: text,
    model: text,
    status: count,
    code: fc.option(text),
    startedAt: fc.nat(),
    durationMs: ms,
    usage: fc.option(usage),
    costPicoUsd: pico.map(String),
    isContinuation: fc.constant(true),
    access: fc.constant('platform' as const),
  },
  {
    requiredKeys: [
      'aiProviderId',
      'provider',
      'model',
      'status',
      'code',
      'startedAt',
      'durationMs',
      'usage',
      'costPicoUsd',
    ],
  },
);
const summaries: fc.Arbitrary<CallSummary> = fc.record({
  header: fc.record({
    requestId: text,
    traceparent: text,
    receivedAt: fc.nat(),
    operation: fc.constant('chat' as const),
    dialect: fc.constantFrom('openai-chat' as const, 'tollgate-chat' as const),
    stream: fc.boolean(),
    usageAsked: fc.boolean(),
    modelAsked: fc.option(text),
    order: fc.constant(null),
    outputCap: fc.constant(null),
    inputTokensEstimate: count,
    draw: fc.option(
      fc.record({
        grantId: text,
        amounts: fc.record({ costPicoUsd: pico.map(String), tokens: count, requests: count }),
      }),
    ),
    metadata,
    endUser: fc.option(text),
    clientRequestId: fc.option(text),
    stages: fc.record({ authMs: ms, planMs: ms, grantMs: ms }),
  }),
  context: fc.record({
    organizationId: text,
    projectId: text,
    keyId: text,
    routeId: text,
    routeVersion: count,
    planId: text,
    strategy: fc.constant('weighted' as const),
    candidates: fc.constant([]),
    excluded: fc.constant([]),
    retry: fc.constant({ attempts: 1, attemptsPerTarget: 1, backoffMs: 0, maxRetryAfterMs: 0 }),
    timeouts: fc.constant({ connectMs: 1, firstByteMs: 1, stallMs: 1, totalMs: 1 }),
    keyMetadata: metadata,
  }),
  outcome: fc.constantFrom('completed' as const, 'cancelled' as const),
  status: count,
  failure: fc.option(fc.constant({ code: 'provider.timeout' as const, message: 'm' })),
  attempts: fc.array(attempt, { maxLength: 3 }),
  finishReason: fc.option(text),
  usage,
  usageSource: fc.constantFrom('provider' as const, 'none' as const),
  charge: fc.record({
    costPicoUsd: pico,
    parts: fc.record({ input: pico, cachedInput: pico, cacheWrite: pico, output: pico }),
    priceVersion: text,
    unpriced: fc.boolean(),
  }),
  droppedParams: fc.array(text),
  providerMs: ms,
  ttftMs: fc.option(ms),
  totalMs: ms,
});

describe('recordJson', () => {
  it('is what JSON.stringify would write of the record, on one line', () => {
    fc.assert(
      fc.property(summaries, (summary) => {
        const line = recordJson(summary);
        expect(line).not.toMatch(/[\r\n]/);
        const record = requestRecord.strict().parse(JSON.parse(line));
        expect(record).toEqual(expectedOf(summary));
      }),
    );
  });
});

function expectedOf(summary: CallSummary): RequestRecord {
  const { header, context, charge, failure } = summary;
  const last = summary.attempts.at(-1);
  const continuations = summary.attempts.filter(
    ({ isContinuation, usage: used }) => isContinuation && used !== null,
  ).length;
  const { input, cachedInput, cacheWrite, output } = charge.parts;
  return {
    v: 1,
    id: header.requestId,
    organizationId: context.organizationId,
    projectId: context.projectId,
    keyId: context.keyId,
    routeId: context.routeId,
    routeVersion: context.routeVersion,
    traceparent: header.traceparent,
    clientRequestId: header.clientRequestId,
    startedAt: header.receivedAt,
    operation: header.operation,
    dialect: header.dialect,
    stream: header.stream,
    strategy: context.strategy,
    modelAsked: header.modelAsked,
    aiProviderId: last?.aiProviderId ?? '',
    provider: last?.provider ?? '',
    model: last?.model ?? '',
    outcome: summary.outcome,
    status: summary.status,
    code: failure && FAILURES[failure.code].publicCode,
    failure: failure && failure.code,
    finishReason: summary.finishReason,
    usage: summary.usage,
    usageSource: summary.usageSource,
    costPicoUsd: String(charge.costPicoUsd),
    costParts: {
      input: String(input),
      cachedInput: String(cachedInput),
      cacheWrite: String(cacheWrite),
      output: String(output),
    },
    unpriced: charge.unpriced,
    priceVersion: charge.priceVersion,
    attempts: summary.attempts.map((each) => ({ ...each, durationMs: rounded(each.durationMs) })),
    ...(continuations === 0 ? {} : { continuations }),
    timings: {
      authMs: rounded(header.stages.authMs),
      planMs: rounded(header.stages.planMs),
      grantMs: rounded(header.stages.grantMs),
      providerMs: rounded(summary.providerMs),
      ttftMs: summary.ttftMs === null ? null : rounded(summary.ttftMs),
      totalMs: rounded(summary.totalMs),
    },
    draw: header.draw,
    droppedParams: [...summary.droppedParams],
    metadata: { ...context.keyMetadata, ...header.metadata },
    endUser: header.endUser,
    recordedBy: 'provider-adapter',
  };
}

function rounded(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}
