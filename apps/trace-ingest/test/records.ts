import type { Attempt, RequestRecord, TokenUsage } from '@tollgate/contracts';

const USAGE: TokenUsage = {
  inputTokens: 120,
  cachedInputTokens: 20,
  cacheWriteTokens: 10,
  cacheWrite1hTokens: 5,
  inputAudioTokens: 1,
  outputTokens: 40,
  reasoningTokens: 8,
  outputAudioTokens: 2,
};

let made = 0;

/** An id of the form that gateways make. */
export function requestId(): string {
  return `req_01k9${String(made++).padStart(22, '0')}`;
}

export function attempt(over: Partial<Attempt> = {}): Attempt {
  return {
    aiProviderId: 'aip_1',
    provider: 'openai',
    model: 'gpt-5-mini',
    status: 200,
    code: null,
    startedAt: Date.UTC(2026, 10, 20, 12, 0, 0, 15),
    durationMs: 412.75,
    usage: USAGE,
    costPicoUsd: '150000001',
    ...over,
  };
}

/** A record as an adapter writes it, keys in the order of the contract. */
export function record(over: Partial<RequestRecord> = {}): RequestRecord {
  return {
    v: 1,
    id: requestId(),
    organizationId: 'org_a',
    projectId: 'prj_a',
    keyId: 'key_a',
    routeId: 'rte_a',
    routeVersion: 3,
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    clientRequestId: null,
    startedAt: Date.UTC(2026, 10, 20, 12, 0, 0, 1),
    operation: 'chat',
    dialect: 'openai-chat',
    stream: true,
    strategy: 'priority',
    modelAsked: null,
    aiProviderId: 'aip_1',
    provider: 'openai',
    model: 'gpt-5-mini',
    outcome: 'completed',
    status: 200,
    code: null,
    failure: null,
    finishReason: 'stop',
    usage: USAGE,
    usageSource: 'provider',
    costPicoUsd: '150000001',
    costParts: { input: '100000000', cachedInput: '1', cacheWrite: '0', output: '50000000' },
    unpriced: false,
    priceVersion: '2026-11-01',
    attempts: [attempt()],
    timings: {
      authMs: 0.01,
      planMs: 0.2,
      grantMs: 0.3,
      providerMs: 412.75,
      ttftMs: 33.5,
      totalMs: 414.125,
    },
    draw: { grantId: 'grt_1', amounts: { costPicoUsd: '900000000', tokens: 4096, requests: 1 } },
    droppedParams: [],
    metadata: {},
    endUser: null,
    recordedBy: 'provider-adapter',
    ...over,
  };
}

export const line = (over: Partial<RequestRecord> = {}): string => JSON.stringify(record(over));

/** The object without some of its keys. */
export function without<T extends object, K extends keyof T>(
  one: T,
  ...keys: readonly K[]
): Omit<T, K> {
  const copy = { ...one };
  for (const key of keys) delete copy[key];
  return copy;
}
