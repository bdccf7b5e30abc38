import type { CompiledRoute, PlanRequest, RouteTarget } from '@tollgate/contracts';
import { DEFAULT_RETRY, DEFAULT_TIMEOUTS } from '@tollgate/contracts';
import type { CandidateView } from './candidate-view.ts';

/** Builders for specs: a complete value, of which a spec names only what it is about. */

export function makeTarget(part: Partial<RouteTarget> = {}): RouteTarget {
  return {
    aiProviderId: 'aip_a',
    connectionName: 'main',
    provider: 'openai',
    model: 'gpt-4o-mini',
    priority: 0,
    weight: 1,
    capabilities: null,
    profiles: null,
    contextWindow: null,
    maxOutputTokens: null,
    price: null,
    enabled: true,
    ...part,
  };
}

export function makeRoute(part: Partial<CompiledRoute> = {}): CompiledRoute {
  return {
    routeId: 'rte_a',
    projectId: 'prj_a',
    organizationId: 'org_a',
    name: 'default',
    version: 1,
    strategy: 'priority',
    targets: [makeTarget()],
    otherModels: [],
    allowProfileOverride: true,
    defaultProfile: null,
    retry: DEFAULT_RETRY,
    timeouts: DEFAULT_TIMEOUTS,
    ...part,
  };
}

export function makeRequest(
  part: Partial<Omit<PlanRequest, 'profileClass'>> & {
    readonly profileClass?: Partial<PlanRequest['profileClass']>;
  } = {},
): PlanRequest {
  return {
    requestId: 'req_a',
    organizationId: 'org_a',
    projectId: 'prj_a',
    keyId: 'key_a',
    routeId: 'rte_a',
    strategy: null,
    modelAllowlist: null,
    needsPrice: false,
    ...part,
    profileClass: {
      operation: 'chat',
      modelAsked: null,
      capabilities: ['text'],
      profile: null,
      inputTokensBelow: 1024,
      outputCap: null,
      ...part.profileClass,
    },
  };
}

/** What is known of a target when nothing but the target itself speaks. */
export function lookAt(target: RouteTarget, part: Partial<CandidateView> = {}): CandidateView {
  return {
    target,
    capabilities: target.capabilities,
    contextWindow: target.contextWindow,
    maxOutputTokens: target.maxOutputTokens,
    appraisal: null,
    observation: { state: 'closed', ttftMs: null, text: '' },
    ...part,
  };
}
