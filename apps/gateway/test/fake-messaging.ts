import {
  type CallContext,
  type CallHead,
  type CallHeader,
  configKeys,
  type EventMessage,
  failure,
  type Failure,
  type KeyPolicy,
  type Plan,
  type PlanAnswer,
  type PlanRequest,
  type ProjectModels,
  type RequestRecord,
  type Result,
  type Grant,
  type SlotsAnswer,
  type SlotsRequest,
} from '@tollgate/contracts';
import type { Bus, CallListener, CallRequest, ConfigReader, OpenCall } from '@tollgate/messaging';
import { hashKey } from '@tollgate/secrets';
import type { GatewayMessaging } from '../src/index.ts';

export const KEY = 'tg_live_0123456789abcdefghijABCDEFGHIJ';

/** The adapter's end of a call, as a test plays it. */
export interface PlayedCall {
  readonly header: CallHeader;
  readonly context: CallContext;
  readonly body: Uint8Array;
  readonly listener: CallListener<CallHead>;
  credited: number;
  isCancelled: boolean;
  onCancel: () => void;
  onCredit: () => void;
}

export function policy(changes: Partial<KeyPolicy> = {}): KeyPolicy {
  return {
    keyId: 'key_1',
    projectId: 'prj_1',
    organizationId: 'org_1',
    name: 'test',
    status: 'active',
    expiresAt: null,
    routeId: 'rte_1',
    routesByName: {},
    routingStrategy: null,
    modelAllowlist: null,
    quotas: [],
    metadata: {},
    payloadCapture: 'none',
    ...changes,
  };
}

export function plan(changes: Partial<Plan> = {}): Plan {
  return {
    planId: 'pln_1',
    routeId: 'rte_1',
    routeVersion: 3,
    strategy: 'priority',
    order: 'given',
    epoch: 1,
    ttlMs: 60_000,
    candidates: [
      {
        aiProviderId: 'aip_1',
        connectionName: 'sim',
        provider: 'openai',
        model: 'gpt-4o-mini',
        priority: 1,
        weight: 1,
        priceOverride: { inputPerMTok: '1', outputPerMTok: '2' },
        price: null,
        contextWindow: 128_000,
        maxOutputTokens: 16_384,
        reason: 'priority 1',
      },
    ],
    excluded: [],
    retry: { attempts: 1, attemptsPerTarget: 1, backoffMs: 0, maxRetryAfterMs: 0 },
    timeouts: { connectMs: 1_000, firstByteMs: 5_000, stallMs: 5_000, totalMs: 20_000 },
    ...changes,
  };
}

export const HEAD: CallHead = {
  status: 200,
  contentType: 'application/json',
  provider: 'openai',
  model: 'gpt-4o-mini',
  attempts: 1,
  costUsd: '0.000001',
};

export const COMPLETION = JSON.stringify({
  id: 'chatcmpl-1',
  object: 'chat.completion',
  created: 1,
  model: 'gpt-4o-mini',
  choices: [{ index: 0, message: { role: 'assistant', content: 'hello' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
});

/** Answers every call with the same completion. */
export function answerWhole(call: PlayedCall): void {
  call.listener.onHead(HEAD);
  call.listener.onData(Buffer.from(COMPLETION));
  call.listener.onEnd({ recorded: true });
}

type Answerer = (question: never) => Result<unknown, Failure> | Promise<Result<unknown, Failure>>;

/** A bus, a publisher and a config store that live in the test. */
export class FakeMessaging implements Bus {
  readonly instanceId = 'ins_test';
  readonly calls: PlayedCall[] = [];
  readonly planRequests: PlanRequest[] = [];
  readonly records: RequestRecord[] = [];
  readonly config = new Map<string, unknown>();
  readonly grantsTaken: unknown[] = [];
  readonly grantsReturned: unknown[] = [];
  readonly slotsAsked: SlotsRequest[] = [];
  isUp = true;
  isConfigUp = true;
  onCall: (call: PlayedCall) => void = answerWhole;
  answerPlan: (
    question: PlanRequest,
  ) => Result<PlanAnswer, Failure> | Promise<Result<PlanAnswer, Failure>> = () => ({
    ok: true,
    value: { outcome: 'planned', plan: plan() },
  });
  grant: () => Result<unknown, Failure> = () => ({
    ok: false,
    failure: failure('bus.no_responder'),
  });
  slots: (asked: SlotsRequest) => Result<SlotsAnswer, Failure> = () => ({
    ok: false,
    failure: failure('bus.no_responder'),
  });
  private configListeners: ((keys: readonly string[] | null) => void)[] = [];

  constructor() {
    this.setPolicy(KEY, policy());
  }

  setPolicy(key: string, value: KeyPolicy | null): void {
    this.config.set(configKeys.keyPolicy(hashKey(key)), value);
  }

  setModels(models: ProjectModels): void {
    this.config.set(configKeys.projectModels(models.projectId), models);
  }

  changeConfig(keys: readonly string[] | null): void {
    for (const listener of this.configListeners) listener(keys);
  }

  isConnected(): boolean {
    return this.isUp;
  }

  async request<Q, A>(message: { subject: string }, question: Q): Promise<Result<A, Failure>> {
    const answerers: Record<string, Answerer> = {
      'tollgate.routing.plan.v1': (asked: PlanRequest) => {
        this.planRequests.push(asked);
        return this.answerPlan(asked);
      },
      'tollgate.budget.grant.v1': (asked: unknown) => {
        this.grantsTaken.push(asked);
        return this.grant();
      },
      'tollgate.budget.return.v1': (asked: unknown) => {
        this.grantsReturned.push(asked);
        return { ok: true, value: { outcome: 'returned' } };
      },
      'tollgate.budget.slots.v1': (asked: SlotsRequest) => {
        this.slotsAsked.push(asked);
        return this.slots(asked);
      },
    };
    const answer = answerers[message.subject];
    if (!answer) return { ok: false, failure: failure('bus.no_responder') };
    return (await answer(question as never)) as Result<A, Failure>;
  }

  broadcast<E>(_message: EventMessage<E>, _event: E): void {}

  open<H, C, Head, End>(
    _message: unknown,
    call: CallRequest<H, C>,
    listener: CallListener<Head, End>,
  ): OpenCall {
    const played: PlayedCall = {
      header: call.header as CallHeader,
      context: call.context.value as CallContext,
      body: call.body,
      listener: listener as CallListener<never> as CallListener<CallHead>,
      credited: 0,
      isCancelled: false,
      onCancel: () => undefined,
      onCredit: () => undefined,
    };
    this.calls.push(played);
    queueMicrotask(() => {
      if (!played.isCancelled) this.onCall(played);
    });
    return {
      credit: (bytes) => {
        played.credited += bytes;
        played.onCredit();
      },
      cancel: () => {
        played.isCancelled = true;
        played.onCancel();
      },
    };
  }

  private readonly reader: ConfigReader = {
    peek: (key) => this.config.get(key) as never,
    read: (key) => {
      if (!this.isConfigUp) return Promise.reject(new Error('config is not available'));
      return Promise.resolve((this.config.get(key) ?? null) as never);
    },
    onChange: (listener) => this.configListeners.push(listener),
    revision: () => 1,
  };

  messaging(): GatewayMessaging {
    return {
      bus: this,
      publisher: {
        publish: (_message, json) => {
          this.records.push(JSON.parse(json) as RequestRecord);
          return Promise.resolve();
        },
        flush: () => Promise.resolve(),
      },
      configReader: this.reader,
      serverFor: () => new QuietServer() as never,
    };
  }
}

/** A transport on which nothing arrives. */
class QuietServer {
  listen(callback: () => void): void {
    callback();
  }
  close(): void {}
  addHandler(): void {}
  setTransportId(): void {}
  setOnProcessingStartHook(): void {}
  setOnProcessingEndHook(): void {}
  on(): void {}
  unwrap(): void {}
}

export function grantOf(
  amounts: Grant['amounts'],
  quotas: Grant['quotas'] = [],
): Result<unknown, Failure> {
  const grant: Grant = { grantId: 'grt_1', amounts, expiresAt: Date.now() + 30_000, quotas };
  return { ok: true, value: { outcome: 'granted', grant } };
}
