import type { Message, Part } from '@tollgate/neutral';
import type { EncodeContext, Json } from './encode-context.ts';
import { encodePart } from './encode-part.ts';

export interface EncodedContents {
  readonly systemInstruction: Json | undefined;
  readonly contents: readonly Json[];
}

type Turn = { readonly role: 'user' | 'model'; readonly parts: Json[] };

/**
 * System messages are hoisted, neighbours of one role become one turn, and results of functions are the user's. A
 * conversation of system messages alone is asked as the user's, since Google wants at least one turn.
 */
export function encodeContents(context: EncodeContext): EncodedContents {
  const { messages } = context.conversation;
  const turns: Turn[] = [];
  const system: Json[] = [];
  for (const message of messages) {
    if (message.name !== undefined) context.losses.drop('messages[].name');
    if (message.role === 'system' || message.role === 'developer') {
      if (turns.length > 0) context.losses.adapt('messages[].role');
      system.push(...encodeSystem(message.parts, context));
    } else addTurn(turns, message, context);
  }
  if (turns.length === 0 && system.length > 0) {
    context.losses.adapt('messages[].role');
    return { systemInstruction: undefined, contents: [{ role: 'user', parts: system }] };
  }
  const contents = turns.filter(({ parts }) => parts.length > 0);
  if (context.traits.insistsOnSignatures && !context.isOwn) signCalls(contents, context);
  return { systemInstruction: system.length > 0 ? { parts: system } : undefined, contents };
}

function encodeSystem(parts: readonly Part[], context: EncodeContext): readonly Json[] {
  return parts.flatMap((part) => {
    if (part.type === 'text' || context.isOwn) return encodePart(part, context);
    context.losses.refuse('messages[].content');
    return [];
  });
}

function addTurn(turns: Turn[], { role, parts }: Message, context: EncodeContext): void {
  const mapped = role === 'assistant' ? 'model' : 'user';
  const encoded = parts.flatMap((part) => encodePart(part, context));
  const last = turns.at(-1);
  if (last?.role === mapped) last.parts.push(...encoded);
  else turns.push({ role: mapped, parts: encoded });
}

/** What Google takes in place of the signature of a call that another model made. */
const NO_SIGNATURE = 'skip_thought_signature_validator';

/**
 * The first call of each step after the user's last words must be signed
 * (ai.google.dev/gemini-api/docs/thought-signatures, 2026-11).
 */
function signCalls(turns: readonly Turn[], { losses }: EncodeContext): void {
  const lastWords = turns.findLastIndex(
    ({ role, parts }) => role === 'user' && !parts.some((part) => 'functionResponse' in part),
  );
  for (const { role, parts } of turns.slice(lastWords + 1)) {
    const call = parts.find((part) => 'functionCall' in part);
    if (role !== 'model' || !call || 'thoughtSignature' in call) continue;
    call.thoughtSignature = NO_SIGNATURE;
    losses.adapt('messages[].tool_calls[].extra_content');
  }
}
