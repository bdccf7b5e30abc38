import {
  type CallHead,
  type Candidate,
  type Draw,
  type Failure,
  failure,
} from '@tollgate/contracts';
import type { RequestProfile } from '@tollgate/dialects';
import {
  type DrawTerms,
  type PartLimit,
  partsBehind,
  type Refusal,
  sooner,
  tell,
} from '../domain/limits/draw-terms.ts';
import type { DrawDecision } from '../domain/grants/grant-holder.ts';
import { NO_RATES, type RateView } from '../domain/grants/rate-view.ts';
import { spentWindowOf } from '../domain/grants/refusals.ts';
import type { PlanEntry } from '../domain/plans/plan-cache.ts';
import { findUnbounded, type Reservation, reserve, shrink } from '../domain/limits/reservation.ts';
import { CallSlots, type SlotRefusal } from './call-slots.ts';
import type { Asked } from './draw-desk.ts';
import type { ExchangePorts } from './ports.ts';

/** The adapter ends a call at its own deadline; this much later it counts as hung. */
const DEADLINE_GRACE_MS = 5_000;
/** The wait for slots of some candidates while others may answer: idle slots of other gateways come in less. */
const IMPATIENCE_MS = 200;
/** How often a request may ask anew for a shorter answer. */
const MOST_SHRINKS = 3;

type Refused = Extract<DrawDecision, { outcome: 'refused' }>;

/** Hears one of the first two, once, unless the admission was ended before. */
export interface AdmissionListener {
  /** Slots and grant are there: the call may be opened. */
  onAdmitted(): void;
  onRefused(reason: Failure): void;
  /** A grant came when nobody waited for it any more: a record must give it back. */
  onTooLate(): void;
  /** Something threw that must not. */
  onBug(error: unknown): void;
}

/** Whose admission it is. */
export interface Applicant {
  readonly requestId: string;
  /** Milliseconds since the epoch. */
  readonly receivedAt: number;
}

/**
 * From a plan to the slots and the grant that a call needs: all limits of all who may answer, together. A limit that only
 * some candidates meet leaves the others to answer; a budget that covers no long answer may cover a shorter one. Runs
 * without waiting where all of it is at hand.
 */
export class Admission {
  private drawn: DrawTerms | null = null;
  /** Of the limits that were met by candidates alone, the one that it is worth asking again after the soonest. */
  private told: Failure | null = null;
  private slots: CallSlots | null = null;
  private shrinks = 0;
  private isOver = false;
  /** What is drawn, and what was reserved for it. */
  draw: Draw | null = null;
  reservation: Reservation | null = null;
  /** The window of a hard budget that had too little left for the request. */
  spentWindowId: string | undefined;

  constructor(
    private readonly ports: Pick<ExchangePorts, 'draws' | 'grants' | 'slots' | 'smallestOutputCap'>,
    private readonly applicant: Applicant,
    private readonly profile: RequestProfile,
    private readonly asked: Asked,
    private readonly listener: AdmissionListener,
  ) {}

  /** The plan with those who may answer; null before it began. */
  get entry(): PlanEntry | null {
    return this.drawn?.entry ?? null;
  }

  begin(entry: PlanEntry): void {
    this.goOn(this.ports.draws.termsOf(entry, this.asked));
  }

  /** Slots are free from now on; what is drawn stays so. Ending it again changes nothing. */
  end(): void {
    this.isOver = true;
    this.slots?.end();
  }

  /** It is known who answers: slots that stand for others alone are free. */
  answeredBy({ provider, model }: Pick<CallHead, 'provider' | 'model'>): void {
    const { slots, drawn } = this;
    if (slots === null || drawn === null || drawn.entry.plan.continueOnCut === true) return;
    const answers = (one: Candidate): boolean => one.provider === provider && one.model === model;
    if (!drawn.entry.plan.candidates.some(answers)) return;
    const others = drawn.parts.filter(({ candidates }) => !candidates.some(answers));
    slots.endSome((id) => others.some(({ quotaId }) => quotaId === id));
  }

  /** Whether the call may still be opened on its slots. */
  isCurrent(): boolean {
    return this.slots?.areCurrent() !== false;
  }

  rates(): readonly RateView[] {
    const { drawn } = this;
    return drawn?.holder.quotas.length ? this.ports.grants.rates(drawn.holder) : NO_RATES;
  }

  /** Slots first, since calls give them back when they end; then the grant. */
  private goOn(drawn: DrawTerms): void {
    this.drawn = drawn;
    if (drawn.slots.length === 0) return this.drawOn(drawn);
    this.takeSlots(drawn, hasSlotsOfSome(drawn) ? IMPATIENCE_MS : Number.POSITIVE_INFINITY);
  }

  private takeSlots(drawn: DrawTerms, patienceMs: number): void {
    this.slots?.end();
    this.slots = new CallSlots(this.ports.slots);
    const deadlineAt = deadlineOf(this.applicant, drawn.entry);
    const refused = this.slots.take(drawn.slots, deadlineAt, patienceMs);
    if (refused instanceof Promise) {
      this.resume(refused.then((one) => this.seated(one, drawn, patienceMs)));
    } else this.seated(refused, drawn, patienceMs);
  }

  private seated(refused: SlotRefusal | null, drawn: DrawTerms, patienceMs: number): void {
    if (this.isOver) return;
    if (refused === null) return this.drawOn(drawn);
    // It was no limit of some candidates alone: others would not help, patience may.
    const isForAll = refused.quota !== null && partsBehind(refused, drawn.parts).length === 0;
    if (isForAll && patienceMs === IMPATIENCE_MS) {
      this.takeSlots(drawn, Number.POSITIVE_INFINITY);
    } else this.leaveOutOrRefuse(refused, drawn);
  }

  private drawOn(drawn: DrawTerms, shorter: Reservation | null = null): void {
    const { entry, holder, terms, parts } = drawn;
    const { applicant, profile } = this;
    if (holder.quotas.length === 0) return this.listener.onAdmitted();
    const unbounded = findUnbounded(terms, profile);
    if (unbounded !== null) {
      const bounding = parts.filter(({ isHardAmount }) => isHardAmount);
      return this.goOnWithout(bounding, drawn, unbounded);
    }
    const reservation = shorter ?? reserve(terms, profile);
    this.reservation = reservation;
    const deadlineAt = deadlineOf(applicant, entry);
    const { grants } = this.ports;
    const outcome = grants.draw(holder, reservation.amounts, applicant.requestId, deadlineAt);
    if (outcome instanceof Promise) this.resume(outcome.then((one) => this.granted(one, drawn)));
    else this.granted(outcome, drawn);
  }

  private granted(decision: DrawDecision, drawn: DrawTerms): void {
    if (decision.outcome === 'refused') {
      if (!this.isOver) this.refused(decision, drawn);
      return;
    }
    this.draw = decision.outcome === 'drawn' ? decision.draw : null;
    if (!this.isOver) this.listener.onAdmitted();
    else if (this.draw !== null) this.listener.onTooLate();
  }

  private refused(decision: Refused, drawn: DrawTerms): void {
    const shorter = this.shorter(decision, drawn);
    if (shorter) return this.drawOn(drawn, shorter);
    this.spentWindowId = spentWindowOf(decision);
    this.leaveOutOrRefuse(decision, drawn);
  }

  private leaveOutOrRefuse(refusal: Refusal, drawn: DrawTerms): void {
    const told = tell(refusal, drawn);
    const parts = partsBehind(refusal, drawn.parts);
    if (parts.length === 0) return this.listener.onRefused(told);
    this.told = sooner(this.told, told);
    this.goOnWithout(parts, drawn, this.told);
  }

  private goOnWithout(parts: readonly PartLimit[], drawn: DrawTerms, otherwise: Failure): void {
    const rest = parts.length ? this.ports.draws.without(drawn, parts, this.asked) : null;
    if (rest === null) return this.listener.onRefused(otherwise);
    this.shrinks = 0;
    this.reservation = null;
    this.goOn(rest);
  }

  /** The quota of each refusal may be another one, and what is left of it changes: a few are tried. */
  private shorter({ quota, failure: reason }: Refused, { terms }: DrawTerms): Reservation | null {
    const { reservation, ports, profile } = this;
    if (reason.code !== 'budget.exceeded' || quota === null || reservation === null) return null;
    if (++this.shrinks > MOST_SHRINKS) return null;
    return shrink(terms, profile, reservation, quota, ports.smallestOutputCap);
  }

  /** A step that runs later may not throw into nowhere. */
  private resume(step: Promise<void>): void {
    step.catch((error: unknown) => {
      this.listener.onBug(error);
      if (!this.isOver) this.listener.onRefused(failure('gateway.internal'));
    });
  }
}

/** Whether some of the slots stand for some of the candidates alone. */
function hasSlotsOfSome({ slots, parts, entry }: DrawTerms): boolean {
  const all = entry.plan.candidates.length;
  return parts.some(
    ({ quotaId, candidates }) =>
      candidates.length < all && slots.some((slot) => slot.quotaId === quotaId),
  );
}

/** When a call under the plan counts as hung; milliseconds since the epoch. */
export function deadlineOf(
  { receivedAt }: Pick<Applicant, 'receivedAt'>,
  { plan }: PlanEntry,
): number {
  return receivedAt + plan.timeouts.totalMs + DEADLINE_GRACE_MS;
}
