import { type Failure, FAILURES } from '@tollgate/contracts';
import type { FailureContext } from '../dialect.ts';

/** OpenAI's error object; its SDKs read `message`, `type`, `param` and `code`. */
export function renderFailure(failure: Failure, { requestId }: FailureContext): string {
  const { publicCode, openaiType } = FAILURES[failure.code];
  return JSON.stringify({
    error: {
      message: failure.message,
      type: openaiType,
      param: failure.param ?? null,
      code: publicCode,
      request_id: requestId,
      ...(failure.details ? { details: failure.details } : {}),
    },
  });
}

/** SDKs throw on an event whose data has an `error`, whatever it is called. */
export function renderStreamFailure(failure: Failure, context: FailureContext): string {
  return `event: error\ndata: ${renderFailure(failure, context)}\n\n`;
}
