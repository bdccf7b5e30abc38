import {
  type Attempt,
  type CallContext,
  type Failure,
  FAILURES,
  type FailureDetail,
  isFailureCode,
} from '@tollgate/contracts';

const MOST_DETAILS = 50;

/** The failure that the caller hears: the last one, with each candidate and why it did not serve. */
export function withDetails(
  failure: Failure,
  attempts: readonly Attempt[],
  context: CallContext,
): Failure {
  const tried = attempts.filter((attempt) => attempt.code !== null).map(describe);
  const excluded = context.excluded.map(
    ({ provider, model, reason, text }): FailureDetail => ({
      provider,
      model,
      code: reason,
      reason: text,
    }),
  );
  return { ...failure, details: [...tried, ...excluded].slice(0, MOST_DETAILS) };
}

function describe({ provider, model, code }: Attempt): FailureDetail {
  const row = code !== null && isFailureCode(code) ? FAILURES[code] : undefined;
  return { provider, model, code: row?.publicCode ?? '', reason: row?.message ?? '' };
}
