import {
  type CallEnd,
  type CallHead,
  callProvider,
  type Draw,
  type Failure,
  failure,
  type RequestOutcome,
} from '@tollgate/contracts';
import type { RequestProfile } from '@tollgate/dialects';
import type { CallListener, OpenCall } from '@tollgate/messaging';
import { chooseRoute } from '../domain/choose-route.ts';
import { drawOrder } from '../domain/draw-order.ts';
import { goesOnAsItComes } from '../domain/goes-on-as-it-comes.ts';
import type { DrawDecision, QuotaHolder } from '../domain/grants/grant-holder.ts';
import { spentWindowOf } from '../domain/grants/refusals.ts';
import { NO_RATES, type RateView } from '../domain/grants/rate-view.ts';
import type { PlanEntry } from '../domain/plan-cache.ts';
import { platformRefusal } from '../domain/platform-access.ts';
import {
  findUnbounded,
  type Reservation,
  type ReservationTerms,
  reserve,
  shrink,
} from '../domain/reservation.ts';
import { callHeaderOf } from './call-header.ts';
import { CallSlots, type SlotRefusal } from './call-slots.ts';
import { estimateUse, isNeverTaken } from './lost-call.ts';
import type { PlanOutcome } from './plan-desk.ts';
import type { EstimatedUse } from './recorder.ts';
import type { AdmittedRequest, AnswerHead, ClientAnswer, ExchangePorts } from './ports.ts';

/** A whole answer above this is written as it comes, without a length. */
const WHOLE_BYTES = 1024 * 1024;
/** The adapter ends a call at its own deadline; this much later it counts as hung. */
const DEADLINE_GRACE_MS = 5_000;
const EMPTY: Uint8Array = new Uint8Array(0);

/** How often a request may ask anew for a shorter answer. */
const MOST_SHRINKS = 3;

type Refused = Extract<DrawDecision, { outcome: 'refused' }>;
type Phase = 'preparing' | 'called' | 'answering' | 'done';

/**
 * One request from its body to the end of its answer: plan, slots, grant, call, answer. Runs without waiting where all of
 * them are at hand. Whatever happens, it ends once, and is recorded by the adapter or by the gateway.
 */
export class Exchange implements CallListener<CallHead, CallEnd> {
  private phase: Phase = 'preparing';
  private profile: RequestProfile | null = null;
  private body = EMPTY;
  private entry: PlanEntry | null = null;
  private slots: CallSlots | null = null;
  private draw: Draw | null = null;
  private reservation: Reservation | null = null;
  private shrinks = 0;
  private spentWindowId: string | undefined;
  private call: OpenCall | null = null;
  private wasConnected = true;
  private head: AnswerHead | null = null;
  private hasBegun = false;
  private parts: Uint8Array[] | null = null;
  private relayedBytes = 0;
  private owedCredit = 0;
  private plannedTick = 0;
  private grantedTick = 0;
  private headTick = 0;

  constructor(
    private readonly ports: ExchangePorts,
    private readonly request: AdmittedRequest,
    private readonly answer: ClientAnswer,
  ) {}

  /** @param body the whole body as it arrived; let go of once the call is open */
  start(body: Uint8Array): void {
    const { request } = this;
    const { target, extras } = request;
    const parsed = request.dialect.parse(body, target, extras.clientHeaders?.['content-type']);
    if (!parsed.ok) return this.refuse(parsed.failure);
    this.body = parsed.value.body;
    const { profile } = parsed.value;
    this.profile = profile;
    if (extras.providerKey) return this.planned(this.ports.plans.ofOwnKey(request, profile));
    const route = chooseRoute(request.policy, profile.modelAsked);
    if (route === null) return this.refuse(failure('auth.no_published_route'));
    const found = this.ports.plans.find(request, route, profile);
    if (found instanceof Promise) this.resume(found.then((outcome) => this.planned(outcome)));
    else this.takeGrant(found, profile);
  }

  /** The client has gone: what was started is stopped. */
  clientGone(): void {
    if (this.phase === 'done') return;
    this.finish();
    this.body = EMPTY;
    this.call?.cancel();
  }

  /** The client has taken what was written. */
  clientDrained(): void {
    const owed = this.owedCredit;
    this.owedCredit = 0;
    if (owed > 0 && this.phase !== 'done') this.call?.credit(owed);
  }

  onHead(head: CallHead): void {
    if (this.phase === 'done') return;
    this.phase = 'answering';
    this.headTick = this.ports.clock.tick();
    const outputCap = this.reservation?.outputCap ?? null;
    this.head = { ...head, outputCap, rates: this.rates() };
    if (this.profile && goesOnAsItComes(this.profile)) this.begin(this.head);
  }

  onData(bytes: Uint8Array): void {
    if (this.phase !== 'answering' || this.head === null) return;
    this.relayedBytes += bytes.length;
    if (this.hasBegun) return this.write(bytes);
    (this.parts ??= []).push(bytes);
    this.giveCredit(bytes.length);
    if (this.relayedBytes > WHOLE_BYTES) this.begin(this.head);
  }

  onEnd(): void {
    if (this.phase === 'done') return;
    this.finish();
    if (this.hasBegun) this.answer.end();
    else if (this.head !== null) this.answer.sendWhole(this.head, this.wholeBody());
    else this.answer.refuse(failure('bus.payload_invalid'), this.rates());
  }

  onFailure(reason: Failure): void {
    if (this.phase === 'done') return;
    this.finish();
    if (reason.recorded !== true) {
      const outcome = this.hasBegun ? 'interrupted' : 'failed';
      const { entry, head, profile, relayedBytes } = this;
      const used = isNeverTaken(reason, this.wasConnected)
        ? null
        : estimateUse(entry, head, profile, relayedBytes, this.draw && this.reservation);
      this.recordHere(outcome, reason, used);
    }
    if (this.hasBegun) this.answer.interrupt(reason);
    else this.answer.refuse(reason, this.rates());
  }

  /** A step that runs later may not throw into nowhere. */
  private resume(step: Promise<void>): void {
    step.catch((error: unknown) => {
      this.ports.onBug(error);
      if (this.phase !== 'done') this.refuse(failure('gateway.internal'));
    });
  }

  private planned(outcome: PlanOutcome): void {
    if (this.phase === 'done' || this.profile === null) return;
    if (!outcome.ok) return this.refuse(outcome.failure);
    this.takeGrant(outcome.value, this.profile);
  }

  private takeGrant(entry: PlanEntry, profile: RequestProfile): void {
    this.plannedTick = this.ports.clock.tick();
    this.entry = entry;
    const quotas = this.request.policy.slotQuotas;
    if (quotas === undefined || quotas.length === 0) return this.drawFor(entry, profile);
    this.slots = new CallSlots(this.ports.slots);
    const refused = this.slots.take(quotas, this.deadlineAt(entry));
    if (refused instanceof Promise) {
      this.resume(refused.then((one) => this.seated(one, entry, profile)));
    } else this.seated(refused, entry, profile);
  }

  private seated(refused: SlotRefusal | null, entry: PlanEntry, profile: RequestProfile): void {
    if (this.phase === 'done') return;
    if (refused === null) this.drawFor(entry, profile);
    else this.refuse(refused.failure);
  }

  private drawFor(entry: PlanEntry, profile: RequestProfile): void {
    this.entry = entry;
    const { policy } = this.request;
    const { platform } = entry;
    if (platform !== null) this.drawOn(platform.holder, platform.terms, entry, profile);
    else if (policy.quotas.length === 0) this.open(entry, profile);
    else this.drawOn(policy, entry.terms, entry, profile);
  }

  private drawOn(
    owner: QuotaHolder,
    terms: ReservationTerms,
    entry: PlanEntry,
    profile: RequestProfile,
    reservation: Reservation = reserve(terms, profile),
  ): void {
    const { requestId } = this.request;
    const { grants } = this.ports;
    const unbounded = findUnbounded(terms, profile);
    if (unbounded !== null) {
      const others = entry.platform?.others;
      return others ? this.drawFor(others, profile) : this.refuse(unbounded);
    }
    this.reservation = reservation;
    const outcome = grants.draw(owner, reservation.amounts, requestId, this.deadlineAt(entry));
    if (outcome instanceof Promise) {
      this.resume(outcome.then((one) => this.granted(one, entry, profile)));
    } else this.granted(outcome, entry, profile);
  }

  private granted(decision: DrawDecision, entry: PlanEntry, profile: RequestProfile): void {
    if (decision.outcome === 'refused') {
      if (this.phase !== 'done') this.refused(decision, entry, profile);
      return;
    }
    this.draw = decision.outcome === 'drawn' ? decision.draw : null;
    if (this.phase !== 'done') return this.open(entry, profile);
    // The client went while the grant was on its way: the record gives the draw back.
    if (this.draw !== null) this.recordHere('cancelled', failure('client.closed'), null);
  }

  /** A shorter answer may be covered. Where platform access alone is refused, a project's own connections go on. */
  private refused(decision: Refused, entry: PlanEntry, profile: RequestProfile): void {
    const { platform } = entry;
    const owner = platform?.holder ?? this.request.policy;
    const terms = platform?.terms ?? entry.terms;
    const shorter = this.shorter(decision, terms, profile);
    if (shorter) return this.drawOn(owner, terms, entry, profile, shorter);
    this.spentWindowId = spentWindowOf(decision);
    if (platform === null) return this.refuse(decision.failure);
    const { failure: told, isForPlatformAlone } = platformRefusal(decision, platform.quotas);
    if (!isForPlatformAlone || platform.others === null) return this.refuse(told);
    this.shrinks = 0;
    this.reservation = null;
    this.drawFor(platform.others, profile);
  }

  /** The quota of each refusal may be another one, and what is left of it changes: a few are tried. */
  private shorter(
    { quota, failure: reason }: Refused,
    terms: ReservationTerms,
    profile: RequestProfile,
  ): Reservation | null {
    const { reservation, ports } = this;
    if (reason.code !== 'budget.exceeded' || quota === null || reservation === null) return null;
    if (++this.shrinks > MOST_SHRINKS) return null;
    return shrink(terms, profile, reservation, quota, ports.smallestOutputCap);
  }

  private open(entry: PlanEntry, profile: RequestProfile): void {
    const { request, ports } = this;
    const { plan } = entry;
    if (this.slots?.areCurrent() === false) return this.refuse(failure('budget.unavailable'));
    this.grantedTick = ports.clock.tick();
    this.phase = 'called';
    this.wasConnected = ports.bus.isConnected();
    const call = ports.bus.open(
      callProvider,
      {
        header: callHeaderOf(
          request,
          profile,
          plan.order === 'weighted' ? drawOrder(plan.candidates, ports.random) : null,
          this.reservation,
          this.draw,
          {
            authMs: request.authMs,
            planMs: this.planMs(),
            grantMs: this.grantedTick - this.plannedTick,
          },
        ),
        context: entry.context,
        body: this.body,
        deadlineAt: this.deadlineAt(entry),
      },
      this,
    );
    this.call = call;
    this.body = EMPTY;
    if (this.owedCredit > 0) this.clientDrained();
  }

  /** Milliseconds since the epoch. */
  private deadlineAt(entry: PlanEntry): number {
    return this.request.receivedAt + entry.plan.timeouts.totalMs + DEADLINE_GRACE_MS;
  }

  private rates(): readonly RateView[] {
    const owner = this.entry?.platform?.holder ?? this.request.policy;
    return owner.quotas.length ? this.ports.grants.rates(owner) : NO_RATES;
  }

  private begin(head: AnswerHead): void {
    this.hasBegun = true;
    this.answer.begin(head);
    const { parts } = this;
    this.parts = null;
    // Credit for these was given when they came.
    if (parts) for (const part of parts) this.answer.write(part);
  }

  private write(bytes: Uint8Array): void {
    if (this.answer.write(bytes)) this.giveCredit(bytes.length);
    else this.owedCredit += bytes.length;
  }

  private giveCredit(bytes: number): void {
    if (this.call === null) this.owedCredit += bytes;
    else this.call.credit(bytes);
  }

  private wholeBody(): Uint8Array {
    const [first, ...rest] = this.parts ?? [];
    if (first === undefined) return EMPTY;
    return rest.length ? Buffer.concat([first, ...rest]) : first;
  }

  /** Slots are free before the client hears of the end: its next request finds them. */
  private finish(): void {
    this.phase = 'done';
    this.slots?.end();
  }

  private refuse(reason: Failure): void {
    this.finish();
    this.recordHere('refused', reason, null);
    this.answer.refuse(reason, this.rates());
  }

  private recordHere(outcome: RequestOutcome, reason: Failure, used: EstimatedUse | null): void {
    const { request, ports } = this;
    const now = ports.clock.tick();
    ports.recorder.record({
      request,
      outcome,
      failure: reason,
      profile: this.profile,
      entry: this.entry,
      draw: this.draw,
      spentWindowId: outcome === 'refused' ? this.spentWindowId : undefined,
      used,
      planMs: this.plannedTick ? this.planMs() : 0,
      grantMs: this.grantedTick ? this.grantedTick - this.plannedTick : 0,
      providerMs: this.grantedTick ? now - this.grantedTick : 0,
      ttftMs: this.headTick ? this.headTick - request.receivedTick : null,
      totalMs: now - request.receivedTick,
    });
  }

  private planMs(): number {
    return this.plannedTick - this.request.receivedTick - this.request.authMs;
  }
}
