import { isObject, type JsonObject } from '../json-schema/json.ts';
import type { Call } from '../http/call.ts';
import { credentialOf, refuseCredential } from './credential.ts';
import { invalidRequest, type Refusal } from './refusal.ts';

export type RequestRead =
  | { readonly body: JsonObject; readonly refusal: null }
  | { readonly body: JsonObject | null; readonly refusal: Refusal };

/** The body as JSON, and why the request is refused, if it is: the credential counts first. */
export function readRequest(call: Call): RequestRead {
  const body = parseObject(call.body);
  const refusal = refuseCredential(credentialOf(call.request));
  if (refusal !== null) return { body, refusal };
  if (body !== null) return { body, refusal: null };
  return {
    body,
    refusal: invalidRequest(
      'We could not parse the JSON body of your request. The API expects a JSON object.',
      null,
    ),
  };
}

function parseObject(body: Buffer): JsonObject | null {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}
