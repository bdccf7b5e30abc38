import { JsonEdits } from '../json/json-edits.ts';
import type { ClientRequest } from '../provider.ts';

/** The client's own bytes, but for the model and a cap where it named none. Undefined when they are no JSON object. */
export function encodePassthrough(request: ClientRequest, model: string): Uint8Array | undefined {
  const cap = request.dialect === 'anthropic-messages' ? request.outputCap : null;
  if (cap === null && request.modelAsked === model) return request.body;
  const edits = JsonEdits.of(request.body);
  if (!edits) return undefined;
  if (request.modelAsked !== model || !edits.find('model'))
    edits.set('model', JSON.stringify(model));
  const named = edits.find('max_tokens');
  if (cap !== null && (!named || edits.isNull(named))) edits.set('max_tokens', String(cap));
  return edits.apply();
}
