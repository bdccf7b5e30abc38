import type { Message, Part, Role } from '@tollgate/neutral';
import { isObject } from '../chat/fields.ts';
import { CallIds, isId } from './call-ids.ts';
import { decodePart } from './decode-part.ts';

/** The turns. Results of functions become a message of their own, for the wires that have a role for them. */
export function decodeContents(contents: unknown): readonly Message[] {
  const turns = (Array.isArray(contents) ? contents : [contents]).filter(isObject);
  const ids = new CallIds(turns.flatMap(({ parts }) => partsOf(parts).map(givenId)).filter(isId));
  const messages: Message[] = [];
  for (const { role, parts } of turns) {
    const decoded = partsOf(parts).map((part) => decodePart(part, ids));
    if (role === 'model') messages.push({ role: 'assistant', parts: decoded });
    else messages.push(...splitResults(decoded));
  }
  return messages;
}

/** `systemInstruction`: a content, or a bare text as some clients write it. */
export function decodeSystem(instruction: unknown): readonly Message[] {
  if (typeof instruction === 'string') return [system([{ type: 'text', text: instruction }])];
  if (!isObject(instruction)) return [];
  const ids = new CallIds([]);
  return [system(partsOf(instruction['parts']).map((part) => decodePart(part, ids)))];
}

function system(parts: readonly Part[]): Message {
  return { role: 'system', parts };
}

/** Google's API takes a single part without the list. */
function partsOf(parts: unknown): readonly Readonly<Record<string, unknown>>[] {
  if (Array.isArray(parts)) return parts.filter(isObject);
  return isObject(parts) ? [parts] : [];
}

function givenId({ functionCall }: Readonly<Record<string, unknown>>): unknown {
  return isObject(functionCall) ? functionCall['id'] : undefined;
}

/** Neighbouring parts of one kind, results or others, go into one message. */
function splitResults(parts: readonly Part[]): readonly Message[] {
  if (parts.length === 0) return [{ role: 'user', parts }];
  const messages: { role: Role; parts: Part[] }[] = [];
  for (const part of parts) {
    const role = part.type === 'tool-result' ? 'tool' : 'user';
    const last = messages.at(-1);
    if (last?.role === role) last.parts.push(part);
    else messages.push({ role, parts: [part] });
  }
  return messages;
}
