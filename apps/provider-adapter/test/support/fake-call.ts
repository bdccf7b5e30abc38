import {
  type CallContext,
  type CallHead,
  type CallHeader,
  type Candidate,
  DEFAULT_RETRY,
  DEFAULT_TIMEOUTS,
  type Failure,
} from '@tollgate/contracts';
import type { ClientCall } from '../../src/application/call-parts.ts';

export function candidateOf(aiProviderId: string, changes: Partial<Candidate> = {}): Candidate {
  return {
    aiProviderId,
    connectionName: aiProviderId,
    provider: 'openai',
    model: 'gpt-4o-mini',
    priority: 1,
    weight: 1,
    priceOverride: { inputPerMTok: '1', outputPerMTok: '2' },
    price: null,
    contextWindow: null,
    maxOutputTokens: null,
    reason: 'priority 1',
    ...changes,
  };
}

export function contextOf(
  candidates: readonly Candidate[],
  changes: Partial<CallContext> = {},
): CallContext {
  return {
    organizationId: 'org_1',
    projectId: 'prj_1',
    keyId: 'key_1',
    routeId: 'rte_1',
    routeVersion: 3,
    planId: 'pln_1',
    strategy: 'priority',
    candidates: [...candidates],
    excluded: [],
    retry: { ...DEFAULT_RETRY, backoffMs: 10 },
    timeouts: DEFAULT_TIMEOUTS,
    keyMetadata: {},
    ...changes,
  };
}

let count = 0;

export function headerOf(changes: Partial<CallHeader> = {}): CallHeader {
  return {
    requestId: `req_${++count}`,
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    receivedAt: Date.now(),
    operation: 'chat',
    dialect: 'openai-chat',
    stream: false,
    usageAsked: false,
    modelAsked: 'gpt-4o-mini',
    order: null,
    outputCap: null,
    inputTokensEstimate: 900,
    draw: null,
    metadata: {},
    endUser: null,
    clientRequestId: null,
    stages: { authMs: 0.1, planMs: 0.2, grantMs: 0.3 },
    ...changes,
  };
}

export type Frame =
  | { readonly kind: 'head'; readonly head: CallHead }
  | { readonly kind: 'data'; readonly text: string }
  | { readonly kind: 'end' }
  | { readonly kind: 'failure'; readonly failure: Failure };

/** The handler's end of a call, with what the caller would hear. */
export class FakeCall implements ClientCall {
  readonly frames: Frame[] = [];
  readonly header: CallHeader;
  readonly context: CallContext;
  readonly body: Uint8Array;
  readonly deadlineAt: number;
  /** Bytes that may be sent before `data` answers false. */
  credit = Number.POSITIVE_INFINITY;
  private isDone = false;
  private drained: (() => void) | undefined;
  private cancelledListener: ((reason: 'cancelled' | 'caller_lost') => void) | undefined;
  private wake: (() => void)[] = [];

  constructor(
    context: CallContext,
    header: Partial<CallHeader> = {},
    body: unknown = {},
    deadlineMs = 30_000,
  ) {
    this.context = context;
    this.header = headerOf(header);
    const defaults = { model: 'gpt-4o-mini', messages: [{ role: 'user', content: 'Hi' }] };
    const stream = this.header.stream ? { stream: true } : {};
    this.body = Buffer.from(
      typeof body === 'string'
        ? body
        : JSON.stringify({ ...defaults, ...stream, ...(body as object) }),
    );
    this.deadlineAt = Date.now() + deadlineMs;
  }

  head(head: CallHead): void {
    this.push({ kind: 'head', head });
  }

  data(bytes: Uint8Array): boolean {
    this.push({ kind: 'data', text: Buffer.from(bytes).toString() });
    this.credit -= bytes.length;
    return this.credit > 0;
  }

  end(): void {
    this.push({ kind: 'end' });
    this.isDone = true;
  }

  fail(failure: Failure): void {
    this.push({ kind: 'failure', failure });
    this.isDone = true;
  }

  onDrain(listener: () => void): void {
    this.drained = listener;
  }

  onCancel(listener: (reason: 'cancelled' | 'caller_lost') => void): void {
    this.cancelledListener = listener;
  }

  giveCredit(bytes: number): void {
    this.credit = bytes;
    this.drained?.();
  }

  cancel(): void {
    this.isDone = true;
    this.cancelledListener?.('cancelled');
  }

  text(): string {
    return this.frames.map((frame) => (frame.kind === 'data' ? frame.text : '')).join('');
  }

  failure(): Failure | undefined {
    const last = this.frames.at(-1);
    return last?.kind === 'failure' ? last.failure : undefined;
  }

  headFrame(): CallHead | undefined {
    const first = this.frames[0];
    return first?.kind === 'head' ? first.head : undefined;
  }

  /** Waits until the frames are as wanted. */
  async until(holds: () => boolean, withinMs = 5_000): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () => reject(new Error(`not within ${withinMs} ms: ${JSON.stringify(this.frames)}`)),
        withinMs,
      );
    });
    while (!holds()) await Promise.race([new Promise<void>((r) => this.wake.push(r)), late]);
    clearTimeout(timer);
  }

  ended(): Promise<void> {
    return this.until(() => this.isDone);
  }

  private push(frame: Frame): void {
    if (this.isDone) return;
    this.frames.push(frame);
    const { wake } = this;
    this.wake = [];
    setImmediate(() => {
      for (const resume of wake) resume();
    });
  }
}
