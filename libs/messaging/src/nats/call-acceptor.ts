import { type Failure, failure } from '@tollgate/contracts';
import type { StreamRoute } from '../bus/handlers.ts';
import { errorText } from '../log.ts';
import { isCallFrameHeader } from '../wire/call-header.ts';
import { FrameKind, FrameReader, frame } from '../wire/frame.ts';
import { EARLY_CANCELS } from '../wire/limits.ts';
import { shapeCheck } from '../wire/shape.ts';
import { BodyAssembly } from './body-assembly.ts';
import type { CarrierParts } from './carrier-parts.ts';
import { KnownContexts } from './context-bytes.ts';
import type { LinkMessage } from './link.ts';
import { Lane } from './outbox.ts';
import { ServedCall } from './served-call.ts';

const EARLY_CANCEL_MS = 30_000;

/** Takes the calls of one stream message that arrive over NATS. */
export class CallAcceptor {
  private readonly calls = new Set<ServedCall>();
  private readonly contexts = new KnownContexts();
  /** Cancels that overtook their call, by the caller's inbox, with the time to forget them. */
  private readonly earlyCancels = new Map<string, number>();
  private readonly headerFits: (header: unknown) => boolean;

  constructor(
    private readonly parts: CarrierParts,
    private readonly route: StreamRoute,
  ) {
    this.headerFits = shapeCheck(route.message.header);
  }

  /** Answers whether the call was taken. */
  accept(message: LinkMessage): boolean {
    const caller = message.reply;
    if (caller === undefined || caller === '') return false;
    if (this.earlyCancels.size > 0 && this.earlyCancels.delete(caller)) return false;
    const reader = new FrameReader(message.data);
    if (!reader.advance() || reader.kind !== FrameKind.call)
      return this.refuse(caller, failure('bus.payload_invalid'));
    try {
      return this.open(reader, caller);
    } catch (thrown) {
      // JSON that does not parse, or a context that does not fit its schema.
      return this.refuse(caller, failure('bus.payload_invalid', { internal: errorText(thrown) }));
    }
  }

  /** A cancel for a call whose taker the caller did not know: perhaps one of these, perhaps not here yet. */
  cancel(caller: string): void {
    for (const call of this.calls) if (call.caller === caller) return call.stop('cancelled');
    const now = Date.now();
    for (const [known, forgetAt] of this.earlyCancels) {
      if (forgetAt > now && this.earlyCancels.size < EARLY_CANCELS) break;
      this.earlyCancels.delete(known);
    }
    this.earlyCancels.set(caller, now + EARLY_CANCEL_MS);
  }

  private open(reader: FrameReader, caller: string): boolean {
    const header = reader.header();
    if (!isCallFrameHeader(header) || !this.headerFits(header.h))
      return this.refuse(caller, failure('bus.payload_invalid', { internal: 'call header' }));
    if (Date.now() >= header.d) return this.refuse(caller, failure('bus.deadline_exceeded'));
    if (header.b > this.parts.maxBodyBytes)
      return this.refuse(caller, failure('request.too_large'));
    const context = this.contexts.read(header.c, reader.context(), (json) =>
      this.route.message.context.parse(json),
    );
    const call = new ServedCall(
      this.parts,
      this.route,
      {
        header: header.h,
        context,
        deadlineAt: header.d,
        window: header.w,
        caller,
        body: new BodyAssembly(reader.body(), header.b),
      },
      (done) => this.calls.delete(done),
    );
    if (!call.isOver()) this.calls.add(call);
    return true;
  }

  private refuse(caller: string, reason: Failure): false {
    new Lane(this.parts.outbox, caller).send(frame(FrameKind.failure, JSON.stringify(reason)));
    return false;
  }
}
