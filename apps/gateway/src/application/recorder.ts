import {
  type Candidate,
  type Draw,
  type Failure,
  FAILURES,
  NO_USAGE,
  type RequestOutcome,
  type RequestRecord,
  requestFinished,
  type TokenUsage,
} from '@tollgate/contracts';
import type { RequestProfile } from '@tollgate/dialects';
import type { DurablePublisher } from '@tollgate/messaging';
import { costOf, type PriceSheet, recordedParts } from '@tollgate/pricing';
import type { PlanEntry } from '../domain/plans/plan-cache.ts';
import type { AdmittedRequest } from './ports.ts';

/** What the gateway knows of a request that no adapter records. */
export interface Ending {
  readonly request: AdmittedRequest;
  readonly outcome: RequestOutcome;
  readonly failure: Failure;
  readonly profile: RequestProfile | null;
  readonly entry: PlanEntry | null;
  readonly draw: Draw | null;
  /** The window that had too little left for it; its owner is told. */
  readonly spentWindowId?: string | undefined;
  /** Null when nothing can have been used. */
  readonly used: EstimatedUse | null;
  readonly planMs: number;
  readonly grantMs: number;
  readonly providerMs: number;
  readonly ttftMs: number | null;
  readonly totalMs: number;
}

/** What was seen before the adapter was lost. */
export interface EstimatedUse {
  readonly candidate: Candidate | null;
  readonly inputTokens: number;
  readonly outputTokens: number;
}

export interface RecorderOptions {
  readonly publisher: DurablePublisher;
  readonly priceOf: (candidate: Candidate, atMs: number) => PriceSheet | undefined;
  /** Refusals on their way to the publisher at once; more are dropped and counted. Records with a draw are never dropped. */
  readonly maxPendingRefusals: number;
  readonly onDropped: () => void;
  readonly onLost: (error: unknown) => void;
}

/** Records the requests that never reached an adapter, or whose adapter was lost. */
export class Recorder {
  private pending = 0;

  constructor(private readonly options: RecorderOptions) {}

  record(ending: Ending): void {
    const isCharge = ending.draw !== null || ending.used !== null;
    if (!isCharge && this.pending >= this.options.maxPendingRefusals)
      return this.options.onDropped();
    this.pending++;
    const json = JSON.stringify(this.recordOf(ending));
    this.options.publisher.publish(requestFinished, json).then(
      () => {
        this.pending--;
      },
      (error: unknown) => {
        this.pending--;
        this.options.onLost(error);
      },
    );
  }

  private recordOf(ending: Ending): RequestRecord {
    const { request, profile, entry, used, failure } = ending;
    const { policy } = request;
    const usage: TokenUsage = used
      ? { ...NO_USAGE, inputTokens: used.inputTokens, outputTokens: used.outputTokens }
      : NO_USAGE;
    const row = FAILURES[failure.code];
    return {
      v: 1,
      id: request.requestId,
      organizationId: policy.organizationId,
      projectId: policy.projectId,
      keyId: policy.keyId,
      routeId: entry?.plan.routeId ?? policy.routeId ?? '',
      routeVersion: entry?.plan.routeVersion ?? 0,
      traceparent: request.traceparent,
      clientRequestId: request.clientRequestId,
      startedAt: request.receivedAt,
      operation: 'chat',
      dialect: request.dialect.name,
      stream: profile?.stream ?? false,
      strategy: entry?.plan.strategy ?? policy.routingStrategy ?? '',
      modelAsked: profile?.modelAsked ?? null,
      aiProviderId: used?.candidate?.aiProviderId ?? '',
      provider: used?.candidate?.provider ?? '',
      model: used?.candidate?.model ?? '',
      outcome: ending.outcome,
      status: row.status,
      code: row.publicCode,
      failure: failure.code,
      finishReason: null,
      usage,
      usageSource: used ? 'estimated' : 'none',
      ...this.price(used?.candidate ?? null, usage, request.receivedAt),
      attempts: [],
      ...(used?.candidate?.access === 'platform' ? { access: 'platform' as const } : {}),
      timings: {
        authMs: request.authMs,
        planMs: ending.planMs,
        grantMs: ending.grantMs,
        providerMs: ending.providerMs,
        ttftMs: ending.ttftMs,
        totalMs: ending.totalMs,
      },
      draw: ending.draw,
      droppedParams: [],
      metadata: { ...policy.metadata, ...profile?.metadata, ...request.metadata },
      endUser: profile?.endUser ?? null,
      ...(ending.spentWindowId === undefined ? {} : { spentWindowId: ending.spentWindowId }),
      recordedBy: 'gateway',
    };
  }

  private price(
    candidate: Candidate | null,
    usage: TokenUsage,
    atMs: number,
  ): Pick<RequestRecord, 'costPicoUsd' | 'costParts' | 'unpriced' | 'priceVersion'> {
    const sheet = candidate ? this.options.priceOf(candidate, atMs) : undefined;
    if (sheet === undefined) {
      const costParts = { input: '0', cachedInput: '0', cacheWrite: '0', output: '0' };
      return { costPicoUsd: '0', costParts, unpriced: candidate !== null, priceVersion: '' };
    }
    const cost = costOf(sheet, usage);
    const parts = recordedParts(cost.parts);
    return {
      costPicoUsd: cost.totalPicoUsd.toString(),
      costParts: {
        input: parts.input.toString(),
        cachedInput: parts.cachedInput.toString(),
        cacheWrite: parts.cacheWrite.toString(),
        output: parts.output.toString(),
      },
      unpriced: false,
      priceVersion: sheet.version,
    };
  }
}
