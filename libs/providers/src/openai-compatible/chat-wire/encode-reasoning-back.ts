import { encodeReasoningDetails } from '@tollgate/dialects';
import type { Part, ReasoningPart } from '@tollgate/neutral';
import type { Json, RequestScope } from './request-scope.ts';

/** What the model thought on an earlier turn, where the vendor wants it back. May hold a `content` that has it inside. */
export function encodeReasoningBack(
  parts: readonly Part[],
  content: unknown,
  scope: RequestScope,
): Json {
  const { ways, losses } = scope;
  const thoughts = parts.filter((part) => part.type === 'reasoning');
  if (thoughts.length === 0) return {};
  const text = thoughts.map((thought) => thought.text).join('');
  switch (ways.reasoningBack) {
    case 'none':
      losses.drop('messages[].reasoning_content');
      return {};
    case 'details':
      return encodeDetails(thoughts, text, scope);
    case 'both': {
      const plain = text === '' ? {} : { reasoning_content: text };
      if (!thoughts.some(bearsMore)) return plain;
      return { ...plain, reasoning_details: thoughts.flatMap(encodeReasoningDetails) };
    }
    default:
      if (thoughts.some((thought) => thought.signature !== undefined))
        losses.drop('messages[].reasoning_details');
      if (text === '') return {};
      if (ways.reasoningBack !== 'thinking-chunk') return { [ways.reasoningBack]: text };
      return { content: [{ type: 'thinking', thinking: [textChunk(text)] }, ...chunks(content)] };
  }
}

/** OpenRouter takes its own details unchanged; other vendors' seals mean nothing to it, so the text alone goes. */
function encodeDetails(
  thoughts: readonly ReasoningPart[],
  text: string,
  { losses }: RequestScope,
): Json {
  const isForeign = ({ signature }: ReasoningPart): boolean =>
    signature !== undefined && signature.wire !== 'openai-chat';
  if (thoughts.some(isForeign)) losses.drop('messages[].reasoning_details');
  const open = thoughts
    .map((thought) => (isForeign(thought) ? unsealed(thought) : thought))
    .filter((thought) => thought.text !== '' || thought.signature !== undefined);
  if (open.some(bearsMore)) return { reasoning_details: open.flatMap(encodeReasoningDetails) };
  return text === '' ? {} : { reasoning: text };
}

function unsealed({ type, text, isSummary }: ReasoningPart): ReasoningPart {
  return { type, text, ...(isSummary ? { isSummary } : {}) };
}

function bearsMore({ signature, isRedacted, id }: ReasoningPart): boolean {
  return signature !== undefined || isRedacted === true || id !== undefined;
}

function chunks(content: unknown): readonly unknown[] {
  if (Array.isArray(content)) return content;
  return typeof content === 'string' && content !== '' ? [textChunk(content)] : [];
}

function textChunk(text: string): Json {
  return { type: 'text', text };
}
