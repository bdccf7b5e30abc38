import type { Dialect } from '@tollgate/contracts';
import type { ClientRequest } from '../provider.ts';
import type { JsonMember } from '@tollgate/dialects';
import { JsonEdits } from '../json/json-edits.ts';
import type { Quirks } from './quirks.ts';

export interface EncodedBody {
  readonly body: Uint8Array;
  readonly droppedParams: readonly string[];
}

const NONE: readonly string[] = [];

const OWN_DIALECTS: ReadonlySet<Dialect> = new Set<Dialect>(['tollgate-chat', 'tollgate-vision']);

/** Fields of Tollgate's own dialect that mean something to Tollgate and nothing to a provider. */
const OWN_FIELDS = ['response_profile', 'metadata'] as const;

/**
 * The client's body for this vendor and model: its own bytes, but for the model, the request for usage, the cap on the
 * output and what the vendor does not take. Undefined when the body is no JSON object.
 */
export function encodeBody(
  request: ClientRequest,
  model: string,
  quirks: Quirks,
): EncodedBody | undefined {
  const isOwnDialect = OWN_DIALECTS.has(request.dialect);
  const isAsItIs =
    !isOwnDialect &&
    !request.stream &&
    request.outputCap === null &&
    request.modelAsked === model &&
    quirks.takesStreamOptions &&
    !namesCapOtherwise(request, quirks);
  if (isAsItIs) return { body: request.body, droppedParams: NONE };

  const edits = JsonEdits.of(request.body);
  if (!edits) return undefined;
  if (request.modelAsked !== model || !edits.find('model'))
    edits.set('model', JSON.stringify(model));
  const droppedParams = setStreamOptions(edits, request, quirks);
  if (isOwnDialect) leaveOwnDialect(edits, quirks);
  capOutput(edits, request, quirks);
  return { body: edits.apply(), droppedParams };
}

function setStreamOptions(
  edits: JsonEdits,
  request: ClientRequest,
  quirks: Quirks,
): readonly string[] {
  const given = edits.find('stream_options');
  if (!quirks.takesStreamOptions) {
    if (!given) return NONE;
    edits.remove(given);
    return ['stream_options'];
  }
  if (!request.stream || (given && request.usageAsked)) return NONE;
  edits.set('stream_options', given ? withUsage(edits.valueBytes(given)) : ASK_FOR_USAGE);
  return NONE;
}

const ASK_FOR_USAGE = '{"include_usage":true}';

function withUsage(options: Uint8Array): string {
  const edits = JsonEdits.of(options);
  if (!edits) return ASK_FOR_USAGE;
  edits.set('include_usage', 'true');
  return Buffer.from(edits.apply()).toString();
}

function leaveOwnDialect(edits: JsonEdits, quirks: Quirks): void {
  for (const field of OWN_FIELDS) {
    const member = edits.find(field);
    if (member) edits.remove(member);
  }
  const cap = edits.find('max_tokens');
  if (cap && quirks.outputCapField !== 'max_tokens') edits.rename(cap, quirks.outputCapField);
}

/** A cap by a name that the vendor does not know would be no cap: the caller's own gets the name that it goes by. */
function capOutput(edits: JsonEdits, request: ClientRequest, quirks: Quirks): void {
  const field = capFieldOf(request, quirks);
  const find = (name: string): JsonMember | undefined => {
    const member = edits.find(name);
    return member && !edits.isNull(member) ? member : undefined;
  };
  const older = find('max_tokens');
  const newer = find('max_completion_tokens');
  if (newer && !older && field === 'max_tokens') {
    const absent = edits.find(field);
    if (absent) edits.remove(absent);
    edits.rename(newer, field);
  } else if (!newer && !older && request.outputCap !== null)
    edits.set(field, String(request.outputCap));
}

/** The older completions know one name alone. */
function capFieldOf(request: ClientRequest, quirks: Quirks): Quirks['outputCapField'] {
  return request.dialect === 'openai-completions' ? 'max_tokens' : quirks.outputCapField;
}

function namesCapOtherwise(request: ClientRequest, quirks: Quirks): boolean {
  if (capFieldOf(request, quirks) !== 'max_tokens') return false;
  const { buffer, byteOffset, byteLength } = request.body;
  const bytes = Buffer.from(buffer, byteOffset, byteLength);
  // The name may be written with escapes.
  return bytes.includes('"max_completion_tokens"') || bytes.includes('\\u');
}
