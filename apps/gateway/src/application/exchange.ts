import {
  type CallEnd,
  type CallHead,
  callProvider,
  type Failure,
  failure,
  type RequestOutcome,
} from '@tollgate/contracts';
import type { RequestProfile } from '@tollgate/dialects';
import type { CallListener, OpenCall } from '@tollgate/messaging';
import { chooseRoute } from '../domain/plans/choose-route.ts';
import { drawOrder } from '../domain/plans/draw-order.ts';
import { goesOnAsItComes } from '../domain/request/goes-on-as-it-comes.ts';
import { NO_RATES, type RateView } from '../domain/grants/rate-view.ts';
import type { PlanEntry } from '../domain/plans/plan-cache.ts';
import type { Reservation } from '../domain/limits/reservation.ts';
import { Admission, type AdmissionListener, deadlineOf } from './admission.ts';
import { callHeaderOf } from './call-header.ts';
import { estimateUse, isNeverTaken } from './lost-call.ts';
import type { PlanOutcome } from './plan-desk.ts';
import type { EstimatedUse } from './recorder.ts';
import type { AdmittedRequest, AnswerHead, ClientAnswer, ExchangePorts } from './ports.ts';

/** A whole answer above this is written as it comes, without a length. */
const WHOLE_BYTES = 1024 * 1024;
const EMPTY: Uint8Array = new Uint8Array(0);

type Phase = 'preparing' | 'called' | 'answering' | 'done';

/**
 * One request from its body to the end of its answer: plan, slots, grant, call, answer. Runs without waiting where all of
 * them are at hand. Whatever happens, it ends once, and is recorded by the adapter or by the gateway.
 */
export class Exchange implements CallListener<CallHead, CallEnd>, AdmissionListener {
  private phase: Phase = 'preparing';
  private profile: RequestProfile | null = null;
  private body = EMPTY;
  private entry: PlanEntry | null = null;
  private admission: Admission | null = null;
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
    this.admission?.answeredBy(head);
    const outputCap = this.admission?.reservation?.outputCap ?? null;
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
      const { entry, head, profile, relayedBytes, admission } = this;
      const used = isNeverTaken(reason, this.wasConnected)
        ? null
        : estimateUse(entry, head, profile, relayedBytes, reservedFor(admission));
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
    const { ports, request } = this;
    this.plannedTick = ports.clock.tick();
    this.entry = entry;
    const asked = { profile, metadata: request.metadata };
    this.admission = new Admission(ports, request, profile, asked, this);
    this.admission.begin(entry);
  }

  onAdmitted(): void {
    const { admission, profile } = this;
    if (admission?.entry && profile) this.open(admission, admission.entry, profile);
  }

  onRefused(reason: Failure): void {
    this.refuse(reason);
  }

  /** The client went while the grant was on its way: the record gives the draw back. */
  onTooLate(): void {
    this.recordHere('cancelled', failure('client.closed'), null);
  }

  onBug(error: unknown): void {
    this.ports.onBug(error);
  }

  private open(admission: Admission, entry: PlanEntry, profile: RequestProfile): void {
    const { request, ports } = this;
    const { plan } = entry;
    this.entry = entry;
    if (!admission.isCurrent()) return this.refuse(failure('budget.unavailable'));
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
          admission.reservation,
          admission.draw,
          {
            authMs: request.authMs,
            planMs: this.planMs(),
            grantMs: this.grantedTick - this.plannedTick,
          },
        ),
        context: entry.context,
        body: this.body,
        deadlineAt: deadlineOf(request, entry),
      },
      this,
    );
    this.call = call;
    this.body = EMPTY;
    if (this.owedCredit > 0) this.clientDrained();
  }

  private rates(): readonly RateView[] {
    return this.admission?.rates() ?? NO_RATES;
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
    this.admission?.end();
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
      entry: this.admission?.entry ?? this.entry,
      draw: this.admission?.draw ?? null,
      spentWindowId: outcome === 'refused' ? this.admission?.spentWindowId : undefined,
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

/** What was reserved of what is drawn. */
function reservedFor(admission: Admission | null): Reservation | null {
  return admission?.draw ? admission.reservation : null;
}
