import {
  type Failure,
  failure,
  fail,
  type RequestMessage,
  type Result,
  type ServiceName,
  type StreamMessage,
} from '@tollgate/contracts';
import type { CallListener, CallRequest, OpenCall } from '../bus.ts';
import type { RequestContext } from '../bus/handlers.ts';
import { cancelSubject } from '../wire/subjects.ts';
import type { CarrierParts } from './carrier-parts.ts';
import { OutgoingCall } from './outgoing-call.ts';
import { OutgoingRequest } from './outgoing-request.ts';

/** Calls and requests to other processes. */
export class NatsCarrier {
  private readonly cancelSubjects = new Map<ServiceName, string>();

  constructor(private readonly parts: CarrierParts) {}

  isConnected(): boolean {
    return this.parts.link.isConnected();
  }

  request(
    message: RequestMessage<unknown, unknown>,
    question: unknown,
    context: RequestContext,
  ): Promise<Result<unknown, Failure>> {
    if (!this.isConnected()) return Promise.resolve(fail(failure('bus.disconnected')));
    if (Date.now() >= context.deadlineAt)
      return Promise.resolve(fail(failure('bus.deadline_exceeded')));
    return new Promise((resolve) => {
      new OutgoingRequest(this.parts, message, question, context, resolve);
    });
  }

  open(
    message: StreamMessage<unknown, unknown>,
    request: CallRequest<unknown, unknown>,
    listener: CallListener,
  ): OpenCall {
    if (!this.isConnected()) return refused(listener, failure('bus.disconnected'));
    if (Date.now() >= request.deadlineAt)
      return refused(listener, failure('bus.deadline_exceeded'));
    if (request.body.length > this.parts.maxBodyBytes)
      return refused(listener, failure('request.too_large'));
    const cancels = this.cancelSubjectOf(message.service);
    return new OutgoingCall(this.parts, message.subject, cancels, request, listener);
  }

  private cancelSubjectOf(service: ServiceName): string {
    const known = this.cancelSubjects.get(service);
    if (known !== undefined) return known;
    const subject = cancelSubject(service);
    this.cancelSubjects.set(service, subject);
    return subject;
  }
}

/** A call that fails before it begins: still not inside `open`. */
function refused(listener: CallListener, reason: Failure): OpenCall {
  let isOver = false;
  queueMicrotask(() => {
    if (isOver) return;
    isOver = true;
    listener.onFailure(reason);
  });
  return {
    credit: () => undefined,
    cancel: () => {
      isOver = true;
    },
  };
}
