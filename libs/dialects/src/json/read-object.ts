import { isUtf8 } from 'node:buffer';
import { fail, failure, succeed, type Failure, type Result } from '@tollgate/contracts';
import { type JsonMember, type ScanReason, scanTopLevel } from './scan.ts';

/** Deep enough for any tool schema seen so far, and far from what costs JSON.parse or its callers a stack. */
export const MAX_DEPTH = 128;

export interface JsonObject {
  readonly members: readonly JsonMember[];
  /** Has no duplicate top-level keys and no `__proto__` anywhere. */
  readonly fields: Readonly<Record<string, unknown>>;
}

const MESSAGES = {
  not_an_object: 'The body must be a JSON object.',
  malformed: 'The body is not valid JSON.',
  too_deep: `The body is nested deeper than ${MAX_DEPTH} levels.`,
  too_many_values: 'The body holds too many values.',
  too_many_members: 'The body has too many fields.',
  duplicate_key: 'A field stands twice in the body.',
  forbidden_key: 'The body has a field that is not allowed.',
} as const satisfies Record<ScanReason, string>;

const LONGEST_NAME_SHOWN = 64;

/** Reads the bytes as one JSON object, with bounds on depth and size checked before anything is built. */
export function readObject(bytes: Uint8Array): Result<JsonObject, Failure> {
  if (bytes.length === 0) return invalid('The body is empty; a JSON object is needed.');
  if (!isUtf8(bytes)) return invalid('The body is not valid UTF-8.');
  const buffer = Buffer.isBuffer(bytes)
    ? bytes
    : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const scanned = scanTopLevel(buffer, { maxDepth: MAX_DEPTH });
  if (!scanned.ok) {
    const { reason, offset, key } = scanned;
    if (key === undefined) return invalid(`${MESSAGES[reason].slice(0, -1)} (at byte ${offset}).`);
    const name = key.slice(0, LONGEST_NAME_SHOWN);
    return invalid(`${MESSAGES[reason].slice(0, -1)}: "${name}".`, name);
  }
  try {
    // The scanner saw an object, so JSON.parse answers one or throws.
    const fields = JSON.parse(buffer.toString('utf8')) as Record<string, unknown>;
    return succeed({ members: scanned.members, fields });
  } catch {
    return invalid(MESSAGES.malformed);
  }
}

/** A copy of the object's bytes without that member. */
export function withoutMember(
  bytes: Uint8Array,
  members: readonly JsonMember[],
  key: string,
): Uint8Array {
  const index = members.findIndex((member) => member.key === key);
  const member = members[index];
  if (!member) return bytes;
  const next = members[index + 1];
  const previous = members[index - 1];
  const from = next || !previous ? member.keyStart : previous.valueEnd;
  const to = next ? next.keyStart : member.valueEnd;
  return Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]);
}

function invalid(message: string, param?: string): Result<never, Failure> {
  return fail(
    failure('request.validation_error', param === undefined ? { message } : { message, param }),
  );
}
