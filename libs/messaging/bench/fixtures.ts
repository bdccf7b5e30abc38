import type { CallContext, CallHeader } from '@tollgate/contracts';

const timeouts = { connectMs: 5_000, firstByteMs: 120_000, stallMs: 60_000, totalMs: 600_000 };

/** A context with two candidates, as a plan for a small route has. */
export const callContext: CallContext = {
  organizationId: 'org_01k9zzzzzz0000000000000000',
  projectId: 'prj_01k9zzzzzz0000000000000000',
  keyId: 'key_01k9zzzzzz0000000000000000',
  routeId: 'rte_01k9zzzzzz0000000000000000',
  routeVersion: 3,
  planId: 'pln_01k9zzzzzz0000000000000000',
  strategy: 'priority',
  candidates: ['openai', 'azure'].map((name, priority) => ({
    aiProviderId: `aip_01k9zzzzzz000000000000000${priority}`,
    connectionName: name,
    provider: 'openai',
    model: 'gpt-4o-mini',
    priority,
    weight: 1,
    priceOverride: null,
    price: { version: '2026-11-01', inputPerMTok: '150000000000', outputPerMTok: '600000000000' },
    contextWindow: 128_000,
    maxOutputTokens: 16_384,
    reason: `priority ${priority}`,
  })),
  excluded: [],
  retry: { attempts: 6, attemptsPerTarget: 2, backoffMs: 100, maxRetryAfterMs: 2_000 },
  timeouts,
  keyMetadata: {},
};

/** The header of a small unary chat request. */
export const callHeader: CallHeader = {
  requestId: 'req_01k9zzzzzz0000000000000000',
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  receivedAt: 1_790_000_000_000,
  operation: 'chat',
  dialect: 'openai-chat',
  stream: false,
  usageAsked: false,
  modelAsked: 'gpt-4o-mini',
  order: null,
  outputCap: null,
  inputTokensEstimate: 100,
  draw: {
    grantId: 'grt_01k9zzzzzz0000000000000000',
    amounts: { costPicoUsd: '123456789', tokens: 1_100, requests: 1 },
  },
  metadata: {},
  endUser: null,
  clientRequestId: null,
  stages: { authMs: 0.1, planMs: 0.1, grantMs: 0.1 },
};
