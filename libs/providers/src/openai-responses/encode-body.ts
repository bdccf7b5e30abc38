import { JsonEdits } from '../json/json-edits.ts';
import type { ClientRequest } from '../provider.ts';
import { dropForeignReasoning, hasForeignReasoning } from './drop-foreign-reasoning.ts';

export interface EncodedBody {
  readonly body: Uint8Array;
  readonly droppedParams: readonly string[];
}

const NONE: readonly string[] = [];

/**
 * The client's body for this model: its own bytes, but for the model, the cap on the output and what other vendors
 * thought. Undefined when the body is no JSON object.
 */
export function encodeBody(request: ClientRequest, model: string): EncodedBody | undefined {
  const { body, outputCap, modelAsked } = request;
  if (outputCap === null && modelAsked === model && !hasForeignReasoning(body))
    return { body, droppedParams: NONE };
  const edits = JsonEdits.of(body);
  if (!edits) return undefined;
  if (modelAsked !== model || !edits.find('model')) edits.set('model', JSON.stringify(model));
  if (outputCap !== null) {
    const cap = edits.find('max_output_tokens');
    if (!cap || edits.isNull(cap)) edits.set('max_output_tokens', String(outputCap));
  }
  const droppedParams = dropForeignReasoning(body, edits) ? ['input[].encrypted_content'] : NONE;
  return { body: edits.apply(), droppedParams };
}
