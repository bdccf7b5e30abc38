import { type Failure, FAILURES } from '@tollgate/contracts';
import type { FailureContext } from '../dialect.ts';
import { renderFailure } from '../openai-chat/render-failure.ts';

/**
 * OpenAI's `error` event. Its documented fields stand beside an `error` object: SDKs throw on the latter alone and would
 * otherwise take what came so far for the whole answer. Its place in the stream is not known here, so it counts as 0.
 */
export function renderStreamFailure(failure: Failure, context: FailureContext): string {
  const head = JSON.stringify({
    type: 'error',
    sequence_number: 0,
    code: FAILURES[failure.code].publicCode,
    message: failure.message,
    param: failure.param ?? null,
  });
  return `event: error\ndata: ${head.slice(0, -1)},${renderFailure(failure, context).slice(1)}\n\n`;
}
