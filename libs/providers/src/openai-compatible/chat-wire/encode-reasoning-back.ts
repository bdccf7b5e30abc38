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
    case 'details': {
      const details = encodeDetails(thoughts, scope);
      return details.length > 0 ? { reasoning_details: details } : named('reasoning', text);
    }
    case 'both': {
      const details = encodeDetails(thoughts, scope);
      const sealed = details.length > 0 ? { reasoning_details: details } : {};
      return { ...named('reasoning_content', text), ...sealed };
    }
    default:
      if (thoughts.some((thought) => thought.signature !== undefined))
        losses.drop('messages[].reasoning_details');
      if (ways.reasoningBack !== 'thinking-chunk') return named(ways.reasoningBack, text);
      if (text === '') return {};
      return { content: [{ type: 'thinking', thinking: [textChunk(text)] }, ...chunks(content)] };
  }
}

/** None where the plain text says it all. What another vendor sealed goes without the seal, unless it is carried. */
function encodeDetails(
  thoughts: readonly ReasoningPart[],
  { ways, losses }: RequestScope,
): readonly Json[] {
  const isForeign = ({ signature }: ReasoningPart): boolean =>
    !ways.carriesForeignSeals && signature !== undefined && signature.wire !== 'openai-chat';
  if (thoughts.some(isForeign)) losses.drop('messages[].reasoning_details');
  const open = thoughts
    .map((thought) => (isForeign(thought) ? unsealed(thought) : thought))
    .filter((thought) => thought.text !== '' || thought.signature !== undefined);
  return open.some(bearsMore) ? open.flatMap(encodeReasoningDetails) : [];
}

function named(field: 'reasoning' | 'reasoning_content', text: string): Json {
  return text === '' ? {} : { [field]: text };
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
