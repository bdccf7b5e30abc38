import { type Failure, failure } from '@tollgate/contracts';
import { BusFailure } from '../bus-failure.ts';
import { errorText } from '../log.ts';

/** What the other side reads when a handler threw: its own failure, or `bus.handler_failed`. */
export function handlerFailure(thrown: unknown): Failure {
  return thrown instanceof BusFailure
    ? thrown.failure
    : failure('bus.handler_failed', { internal: errorText(thrown) });
}
