import 'reflect-metadata';
import { EventPattern, MessagePattern } from '@nestjs/microservices';
import { PARAM_ARGS_METADATA } from '@nestjs/microservices/constants';
import type { EventMessage, RequestMessage, StreamMessage } from '@tollgate/contracts';
import type { IncomingCall } from '../bus.ts';
import type { RequestContext } from '../bus/handlers.ts';

/** Names the bus among Nest's transports. */
export const BUS_TRANSPORT = Symbol('tollgate.bus-transport');

type Handles<F> = <T extends F>(
  target: object,
  name: string | symbol,
  descriptor: TypedPropertyDescriptor<T>,
) => void;

/**
 * The method answers requests: `(question, context) => answer`. A thrown `BusFailure` is answered as it is, anything
 * else as `bus.handler_failed`.
 */
export function Answers<Q, A>(
  message: RequestMessage<Q, A>,
): Handles<(question: Q, context: RequestContext) => Promise<A> | A> {
  return decorate(MessagePattern(message.subject, BUS_TRANSPORT, { message }));
}

/** The method serves calls: `(call) => void`. */
export function Serves<H, C>(
  message: StreamMessage<H, C>,
): Handles<(call: IncomingCall<H, C>) => Promise<void> | void> {
  return decorate(MessagePattern(message.subject, BUS_TRANSPORT, { message }));
}

/** The method hears broadcasts: `(event) => void`. */
export function Hears<E>(message: EventMessage<E>): Handles<(event: E) => Promise<void> | void> {
  // Nest types it by the metadata's keys; it is applied to a method all the same.
  return decorate(EventPattern(message.subject, BUS_TRANSPORT, { message }) as MethodDecorator);
}

function decorate(pattern: MethodDecorator): Handles<never> {
  return (target, name, descriptor) => {
    pattern(target, name, descriptor);
    // No parameter metadata: Nest then hands the arguments over as they are, without a run of its pipes for each call.
    Reflect.defineMetadata(PARAM_ARGS_METADATA, {}, target.constructor, name);
  };
}
