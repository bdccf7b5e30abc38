import type { ChatCodec } from '@tollgate/dialects';
import { CONVERSATION_FIELDS, type ConversationField } from '@tollgate/neutral';

const FIELDS: ReadonlySet<string> = new Set(CONVERSATION_FIELDS);

/** The client's own name for a field that is named as on OpenAI's chat; what stands behind it in a path stays. */
export function clientName(name: string, { fieldNames }: Pick<ChatCodec, 'fieldNames'>): string {
  const end = name.search(/[.[]/);
  const field = end < 0 ? name : name.slice(0, end);
  const known = isField(field) ? fieldNames[field] : undefined;
  return known === undefined ? name : known + name.slice(field.length);
}

function isField(name: string): name is ConversationField {
  return FIELDS.has(name);
}
