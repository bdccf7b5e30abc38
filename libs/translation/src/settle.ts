import { fail, failure, type Failure, type Result, succeed } from '@tollgate/contracts';
import type { Losses } from '@tollgate/neutral';
import type { UpstreamRequest } from '@tollgate/providers';
import { clientName } from './client-names.ts';

type FieldNames = Readonly<Partial<Record<string, string>>>;

/** The encoded request with all that was lost in the client's terms, or the failure that names what may not be lost. */
export function settle(
  upstream: Result<UpstreamRequest, Failure>,
  losses: Losses,
  fieldNames: FieldNames,
): Result<UpstreamRequest, Failure> {
  const settled = losses.settle();
  if (!settled.ok) return fail(inClientTerms(settled.failure, fieldNames));
  if (!upstream.ok) return fail(inClientTerms(upstream.failure, fieldNames));
  const named = settled.value.map((name) => clientName(name, fieldNames));
  const droppedParams = [...new Set([...upstream.value.droppedParams, ...named])];
  return succeed({ ...upstream.value, droppedParams });
}

function inClientTerms(reason: Failure, fieldNames: FieldNames): Failure {
  if (reason.param === undefined) return reason;
  const param = clientName(reason.param, fieldNames);
  if (param === reason.param) return reason;
  const message = reason.message.replaceAll(`"${reason.param}"`, `"${param}"`);
  return failure(reason.code, { ...reason, param, message });
}
