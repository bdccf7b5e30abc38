import type { Dialect } from '@tollgate/contracts';
import type { ClientRequest } from '../provider.ts';
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
    quirks.takesStreamOptions;
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

function capOutput(edits: JsonEdits, request: ClientRequest, quirks: Quirks): void {
  if (request.outputCap === null) return;
  const named = CAP_FIELDS.some((field) => {
    const member = edits.find(field);
    return member !== undefined && !edits.isNull(member);
  });
  // The older completions know this name alone.
  const field = request.dialect === 'openai-completions' ? 'max_tokens' : quirks.outputCapField;
  if (!named) edits.set(field, String(request.outputCap));
}

const CAP_FIELDS = ['max_tokens', 'max_completion_tokens'] as const;
