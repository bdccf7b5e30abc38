import { JsonEdits } from '../json/json-edits.ts';
import { isRecord, parseJson } from '../json/json-value.ts';

/** What the dialect writes into reasoning items that OpenAI did not make. */
const FOREIGN_ID = /^rs_tg1?_/;
const FOREIGN_SEAL = /^tg1/;
const TRACES = [Buffer.from('"rs_tg'), Buffer.from('"tg1')];

/**
 * Leaves out what other vendors thought in a conversation that began with them: a server of this API refuses reasoning
 * that it did not encrypt. Answers whether there was any.
 */
export function dropForeignReasoning(body: Uint8Array, edits: JsonEdits): boolean {
  if (!hasForeignReasoning(body)) return false;
  const member = edits.find('input');
  const input = member && parseJson(Buffer.from(edits.valueBytes(member)).toString());
  if (!Array.isArray(input)) return false;
  const own = input.filter((item) => !isForeign(item));
  if (own.length === input.length) return false;
  edits.set('input', JSON.stringify(own));
  return true;
}

/** A cheap look, which errs on the side of yes. */
export function hasForeignReasoning(body: Uint8Array): boolean {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  return TRACES.some((trace) => bytes.includes(trace));
}

function isForeign(item: unknown): boolean {
  if (!isRecord(item)) return false;
  const { type, id, encrypted_content: sealed } = item;
  if (type !== 'reasoning' && type !== 'item_reference') return false;
  return (
    (typeof id === 'string' && FOREIGN_ID.test(id)) ||
    (typeof sealed === 'string' && FOREIGN_SEAL.test(sealed))
  );
}
