import {
  type CompiledRoute,
  compiledRoute,
  configKeys,
  type IdFactory,
  type PlanAnswer,
  type PlanRequest,
  type RouteTarget,
} from '@tollgate/contracts';
import type { ConfigReader } from '@tollgate/messaging';
import type { CandidateView } from '../domain/candidate-view.ts';
import { decide } from '../domain/decide.ts';
import type { HealthBook } from './health-book.ts';
import type { ModelKnowledge } from './model-knowledge.ts';

export interface PlannerPorts {
  readonly config: Pick<ConfigReader, 'read'>;
  readonly health: HealthBook;
  readonly models: ModelKnowledge;
  readonly newId: IdFactory;
  readonly now: () => number;
  /** How long a gateway may use a plan again. */
  readonly planTtlMs: number;
}

/** Makes plans: reads the published route, asks the rules, and stamps the result with its epoch. */
export class Planner {
  private readonly ports: PlannerPorts;
  private lastEpoch = 0;

  constructor(ports: PlannerPorts) {
    this.ports = ports;
  }

  async plan(request: PlanRequest): Promise<PlanAnswer> {
    const { config, newId, planTtlMs } = this.ports;
    const epoch = this.epochNow();
    const route = await config.read(configKeys.route(request.routeId), compiledRoute);
    if (!route || !isOf(route, request)) return { outcome: 'no_route' };
    const decision = decide(request, route, (target) => this.look(target, request.defaultPrice));
    if (decision.outcome !== 'planned') {
      return decision.outcome === 'exhausted'
        ? { outcome: 'exhausted', excluded: [...decision.excluded] }
        : decision;
    }
    return {
      outcome: 'planned',
      plan: {
        planId: newId('plan'),
        routeId: route.routeId,
        routeVersion: route.version,
        strategy: decision.strategy,
        order: decision.order,
        epoch,
        ttlMs: planTtlMs,
        candidates: [...decision.candidates],
        excluded: [...decision.excluded],
        retry: route.retry,
        timeouts: route.timeouts,
        ...(route.continueOnCut ? { continueOnCut: true } : {}),
      },
    };
  }

  /** A new epoch, later than that of any plan made so far. */
  nextEpoch(): number {
    this.lastEpoch = Math.max(this.ports.now(), this.lastEpoch + 1);
    return this.lastEpoch;
  }

  private epochNow(): number {
    this.lastEpoch = Math.max(this.ports.now(), this.lastEpoch);
    return this.lastEpoch;
  }

  private look(target: RouteTarget, defaultPrice: PlanRequest['defaultPrice']): CandidateView {
    const { models, health, now } = this.ports;
    const facts = models.facts(target.provider, target.model);
    return {
      target,
      capabilities: target.capabilities ?? facts?.capabilities ?? null,
      contextWindow: target.contextWindow ?? facts?.contextWindow ?? null,
      maxOutputTokens: target.maxOutputTokens ?? facts?.maxOutputTokens ?? null,
      appraisal: models.appraise(target, now(), defaultPrice),
      observation: health.look(target.aiProviderId, target.model, now()),
    };
  }
}

/** A key may only be served by a route of its own project. */
function isOf(route: CompiledRoute, request: PlanRequest): boolean {
  return route.organizationId === request.organizationId && route.projectId === request.projectId;
}
