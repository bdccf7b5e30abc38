import type { CallHead, Failure, KeyPolicy, SlotQuota } from '@tollgate/contracts';
import type { Dialect, RequestTarget } from '@tollgate/dialects';
import type { Bus } from '@tollgate/messaging';
import type { CallExtras } from '../domain/request/call-extras.ts';
import type { DrawAmounts } from '../domain/grants/amounts.ts';
import type { DrawDecision, QuotaHolder } from '../domain/grants/grant-holder.ts';
import type { RateView } from '../domain/grants/rate-view.ts';
import type { SlotDecision } from '../domain/slots/slot-holder.ts';
import type { DrawDesk } from './draw-desk.ts';
import type { PlanDesk } from './plan-desk.ts';
import type { Recorder } from './recorder.ts';

/** An authenticated request, apart from its body. */
export interface AdmittedRequest {
  readonly requestId: string;
  readonly clientRequestId: string | null;
  readonly traceparent: string;
  readonly policy: KeyPolicy;
  readonly dialect: Dialect;
  /** What the URL says, for dialects whose URLs name the model. */
  readonly target: RequestTarget | undefined;
  /** What goes to the adapter beside the body. */
  readonly extras: CallExtras;
  /** From the request's headers; weighs more than the body's. */
  readonly metadata: Readonly<Record<string, string>> | null;
  /** Milliseconds since the epoch: when the head of the request was read. */
  readonly receivedAt: number;
  /** The same moment on the monotonic clock. */
  readonly receivedTick: number;
  /** Milliseconds from then until the key was known. */
  readonly authMs: number;
}

/** All that stands in an answer's head. */
export interface AnswerHead extends CallHead {
  /** The cap on the output that Tollgate set; null when it set none. */
  readonly outputCap: number | null;
  readonly rates: readonly RateView[];
}

/** The client's end of one request. Nothing is heard of a client that has gone. */
export interface ClientAnswer {
  /** A whole answer at once. */
  sendWhole(head: AnswerHead, body: Uint8Array): void;
  /** Begins an answer of unknown length. */
  begin(head: AnswerHead): void;
  /** Answers false when the client reads slower than it is written to: `onDrain` of the exchange follows. */
  write(bytes: Uint8Array): boolean;
  end(): void;
  /** Before anything was sent. */
  refuse(failure: Failure, rates: readonly RateView[]): void;
  /** Inside an answer: in-band where it is a stream of events, else the connection breaks. */
  interrupt(failure: Failure): void;
}

/** Grants of all keys with quotas at this gateway. */
export interface Grants {
  /**
   * At once where a grant at hand covers the amounts. Never rejects.
   * @param deadlineAt milliseconds since the epoch
   */
  draw(
    owner: QuotaHolder,
    amounts: DrawAmounts,
    requestId: string,
    deadlineAt: number,
  ): DrawDecision | Promise<DrawDecision>;
  rates(owner: QuotaHolder): readonly RateView[];
}

/** Slots of all limits on concurrency at this gateway. */
export interface Slots {
  /**
   * At once where a slot of each quota is at hand. Never rejects.
   * @param deadlineAt milliseconds since the epoch
   * @param patienceMs no longer wait than that
   */
  begin(
    quotas: readonly SlotQuota[],
    deadlineAt: number,
    patienceMs: number,
  ): SlotDecision | Promise<SlotDecision>;
}

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Monotonic milliseconds. */
  tick(): number;
}

/** What every exchange needs. */
export interface ExchangePorts {
  readonly bus: Bus;
  readonly plans: PlanDesk;
  readonly draws: DrawDesk;
  readonly grants: Grants;
  readonly slots: Slots;
  readonly recorder: Recorder;
  readonly clock: Clock;
  readonly random: () => number;
  /** The smallest useful answer, tokens; see `shrink`. */
  readonly smallestOutputCap: number;
  /** Something threw that must not. */
  readonly onBug: (error: unknown) => void;
}
