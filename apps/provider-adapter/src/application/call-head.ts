import type { CallHead, Candidate } from '@tollgate/contracts';

const EVENT_STREAM = 'text/event-stream; charset=utf-8';
const JSON_BODY = 'application/json';

export interface HeadFacts {
  readonly candidate: Candidate | undefined;
  readonly attempts: number;
  readonly droppedParams: readonly string[];
}

/**
 * The head of an answer that goes on as it comes.
 * @param contentType where it is no stream of events
 */
export function streamHead(facts: HeadFacts, contentType = EVENT_STREAM): CallHead {
  return headOf(facts, contentType, null);
}

/** @param costUsd decimal; null when no price is known */
export function wholeHead(
  facts: HeadFacts,
  contentType: string | undefined,
  costUsd: string | null,
): CallHead {
  return headOf(facts, contentType ?? JSON_BODY, costUsd);
}

function headOf(
  { candidate, attempts, droppedParams }: HeadFacts,
  contentType: string,
  costUsd: string | null,
): CallHead {
  const { provider = '', model = '' } = candidate ?? {};
  const head = { status: 200, contentType, provider, model, attempts, costUsd };
  return droppedParams.length === 0 ? head : { ...head, droppedParams: [...droppedParams] };
}
