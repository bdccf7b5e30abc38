import { JsonEdits } from '../json/json-edits.ts';
import type { ClientRequest } from '../provider.ts';
import type { OpenAiOperation } from './endpoints.ts';
import type { OperationQuirks } from './operation-quirks.ts';

export interface EncodedBody {
  readonly body: Uint8Array;
  readonly droppedParams: readonly string[];
}

const NONE: readonly string[] = [];

/** Fields of Tollgate's own dialect that mean something to Tollgate and nothing to a provider. */
const OWN_FIELDS = ['response_profile', 'metadata'] as const;

/**
 * The client's body for this vendor and model: its own bytes, but for the model and what the vendor names otherwise or
 * does not take. Undefined when the body is no JSON object.
 */
export function encodeBody(
  request: ClientRequest,
  operation: OpenAiOperation,
  model: string,
  quirks: OperationQuirks,
): EncodedBody | undefined {
  const isOwnDialect = request.dialect === 'tollgate-image';
  const renamed = quirks.renamed?.[operation];
  const dropped = quirks.dropped?.[operation];
  if (!isOwnDialect && !renamed && !dropped && request.modelAsked === model)
    return { body: request.body, droppedParams: NONE };

  const edits = JsonEdits.of(request.body);
  if (!edits) return undefined;
  if (request.modelAsked !== model || !edits.find('model'))
    edits.set('model', JSON.stringify(model));
  for (const field of isOwnDialect ? OWN_FIELDS : NONE) remove(edits, field);
  for (const [field, name] of Object.entries(renamed ?? {})) {
    const member = edits.find(field);
    if (member && !edits.find(name)) edits.rename(member, name);
  }
  const droppedParams = (dropped ?? NONE).filter((field) => remove(edits, field));
  return { body: edits.apply(), droppedParams };
}

function remove(edits: JsonEdits, field: string): boolean {
  const member = edits.find(field);
  if (!member) return false;
  edits.remove(member);
  return !edits.isNull(member);
}
