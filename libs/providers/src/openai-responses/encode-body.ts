import { JsonEdits } from '../json/json-edits.ts';
import type { ClientRequest } from '../provider.ts';

/**
 * The client's body for this model: its own bytes, but for the model and the cap on the output. Undefined when the body
 * is no JSON object.
 */
export function encodeBody(request: ClientRequest, model: string): Uint8Array | undefined {
  if (request.outputCap === null && request.modelAsked === model) return request.body;
  const edits = JsonEdits.of(request.body);
  if (!edits) return undefined;
  if (request.modelAsked !== model || !edits.find('model'))
    edits.set('model', JSON.stringify(model));
  if (request.outputCap !== null) {
    const cap = edits.find('max_output_tokens');
    if (!cap || edits.isNull(cap)) edits.set('max_output_tokens', String(request.outputCap));
  }
  return edits.apply();
}
