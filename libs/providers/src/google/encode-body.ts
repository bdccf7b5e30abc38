import { JsonEdits } from '../json/json-edits.ts';
import type { ClientRequest } from '../provider.ts';

/**
 * The client's own bytes, but for the cap on the output and a model in the body that is not the one that is asked.
 * Undefined when the body is no JSON object.
 */
export function encodeBody(request: ClientRequest, model: string): Uint8Array | undefined {
  if (request.outputCap === null && request.modelAsked === model) return request.body;
  const edits = JsonEdits.of(request.body);
  if (!edits) return undefined;
  const named = edits.find('model');
  if (named && request.modelAsked !== model) edits.remove(named);
  if (request.outputCap !== null) capOutput(edits, request.outputCap);
  return edits.apply();
}

function capOutput(edits: JsonEdits, cap: number): void {
  const member = edits.find('generationConfig') ?? edits.find('generation_config');
  if (!member || edits.isNull(member))
    return edits.set(member?.key ?? 'generationConfig', `{"maxOutputTokens":${cap}}`);
  const config = JsonEdits.of(edits.valueBytes(member));
  if (!config) return;
  const given = config.find('maxOutputTokens') ?? config.find('max_output_tokens');
  if (given && !config.isNull(given)) return;
  config.set(given?.key ?? 'maxOutputTokens', String(cap));
  edits.set(member.key, Buffer.from(config.apply()).toString());
}
