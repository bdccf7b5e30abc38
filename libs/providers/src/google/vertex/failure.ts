import { isRecord, parseJson } from '../../json/json-value.ts';
import type { ProviderConnection, RefusedAnswer } from '../../provider.ts';
import { decodeFailure } from '../decode-failure.ts';

type DecodeFailure = (
  answer: RefusedAnswer,
  credential: string | null,
  nowMs: number,
) => ReturnType<ProviderConnection['decodeFailure']>;

/** What Vertex refuses itself it says in Google's words; what the model's own vendor refuses comes in that vendor's. */
export function vertexFailure(
  credential: string | null,
  ofVendor: DecodeFailure,
): ProviderConnection['decodeFailure'] {
  return (answer, nowMs) =>
    isGoogles(answer.body)
      ? decodeFailure(answer, credential, nowMs)
      : ofVendor(answer, credential, nowMs);
}

/** A google.rpc.Status, alone or in a list. */
function isGoogles(body: Buffer): boolean {
  const parsed = parseJson(body.toString());
  const outer: unknown = Array.isArray(parsed) ? parsed[0] : parsed;
  return isRecord(outer) && isRecord(outer.error) && typeof outer.error.status === 'string';
}
