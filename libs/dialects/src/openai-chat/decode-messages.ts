import type {
  CacheMark,
  Message,
  Part,
  ReasoningPart,
  Role,
  ToolResultPart,
} from '@tollgate/neutral';
import { isAbsent, isObject } from '../chat/fields.ts';
import { optional } from '../json/optional.ts';
import { decodeAnnotations } from './annotations.ts';
import { decodeCacheMark } from './cache-mark.ts';
import { decodeContent } from './decode-content.ts';
import { argumentsText, decodeToolCall, readThoughtSignature } from './decode-tool-calls.ts';
import { decodeReasoningDetails } from './reasoning-details.ts';

type Fields = Readonly<Record<string, unknown>>;

const ROLES: ReadonlySet<unknown> = new Set<Role>(['system', 'developer', 'user', 'assistant']);

const KNOWN: ReadonlySet<string> = new Set([
  ...['role', 'name', 'content', 'cache_control', 'tool_call_id'],
]);
const KNOWN_OF_ASSISTANT: ReadonlySet<string> = new Set([
  ...['refusal', 'annotations', 'audio', 'images', 'tool_calls', 'function_call', 'index'],
  ...['reasoning', 'reasoning_content', 'reasoning_details', 'extra_content'],
]);

/** The outcome of a list of messages: what could be read, or where what could not stands. */
export type DecodedMessages =
  | {
      readonly ok: true;
      readonly messages: readonly Message[];
      /** Fields of messages that have no neutral meaning, by path, e.g. `messages[].images`. */
      readonly unknown: Fields;
    }
  | { readonly ok: false; readonly param: string; readonly message: string };

export function decodeMessages(list: unknown): DecodedMessages {
  const decoder = new MessagesDecoder();
  const messages: Message[] = [];
  for (const [index, fields] of (Array.isArray(list) ? list : []).entries()) {
    const message = isObject(fields) ? decoder.decode(fields, index) : undefined;
    if (!message) {
      const param = `messages[${index}].role`;
      return { ok: false, param, message: `"${param}" is not a role that is known.` };
    }
    messages.push(message);
  }
  return { ok: true, messages, unknown: decoder.unknown };
}

class MessagesDecoder {
  readonly unknown: Record<string, unknown> = {};
  private readonly customCalls = new Set<string>();
  /** Ids given to calls of the time before `tool_calls`, by the function's name. */
  private readonly idsOfFunctions = new Map<string, string>();

  decode(message: Fields, index: number): Message | undefined {
    const { role, name } = message;
    for (const key of Object.keys(message)) {
      const isKnown = KNOWN.has(key) || (role === 'assistant' && KNOWN_OF_ASSISTANT.has(key));
      if (!isKnown && !isAbsent(message[key])) this.unknown[`messages[].${key}`] ??= message[key];
    }
    const named = optional('name', typeof name === 'string' ? name : undefined);
    const cache = decodeCacheMark(message['cache_control']);
    const mark = (parts: readonly Part[]): readonly Part[] =>
      cache
        ? parts.map((part, at) => (at === parts.length - 1 ? marked(part, cache) : part))
        : parts;
    if (role === 'tool' || role === 'function')
      return { role: 'tool', ...named, parts: mark([this.decodeResult(message)]) };
    if (!isRole(role)) return undefined;
    const parts =
      role === 'assistant'
        ? this.decodeAssistant(message, index)
        : decodeContent(message['content']);
    return { role, ...named, parts: mark(parts) };
  }

  private decodeResult(message: Fields): ToolResultPart {
    const { role, name, tool_call_id: id } = message;
    const named = typeof name === 'string' ? name : undefined;
    const callId = role === 'function' ? this.idsOfFunctions.get(named ?? '') : id;
    return {
      type: 'tool-result',
      callId: typeof callId === 'string' ? callId : '',
      ...optional('name', named),
      parts: decodeContent(message['content']).filter(isResultPart),
      kind: typeof callId === 'string' && this.customCalls.has(callId) ? 'custom' : 'function',
    };
  }

  private decodeAssistant(message: Fields, index: number): Part[] {
    const parts: Part[] = [...decodeReasoning(message)];
    const content = decodeContent(message['content']);
    parts.push(...withCitations(content, message));
    const { refusal, audio, tool_calls: calls, images } = message;
    if (typeof refusal === 'string' && refusal !== '')
      parts.push({ type: 'refusal', text: refusal });
    parts.push(...decodeContent(images));
    if (isObject(audio) && typeof audio['id'] === 'string') {
      const { id } = audio;
      parts.push({ type: 'audio', id, source: { kind: 'file', wire: 'openai-chat', id } });
    }
    for (const call of Array.isArray(calls) ? calls : []) {
      const part = decodeToolCall(call);
      if (part?.kind === 'custom') this.customCalls.add(part.id);
      if (part) parts.push(part);
    }
    return this.withFunctionCall(parts, message['function_call'], index);
  }

  private withFunctionCall(parts: Part[], call: unknown, index: number): Part[] {
    if (!isObject(call) || typeof call['name'] !== 'string') return parts;
    const { name } = call;
    const id = `call_${index}`;
    this.idsOfFunctions.set(name, id);
    const argumentsWritten = argumentsText(call['arguments']);
    parts.push({ type: 'tool-call', id, name, argumentsText: argumentsWritten, kind: 'function' });
    return parts;
  }
}

/** The details say more than the plain text; where none of them has text, both are kept. */
function decodeReasoning(message: Fields): ReasoningPart[] {
  const { reasoning_content: content, reasoning } = message;
  const text = typeof content === 'string' && content !== '' ? content : reasoning;
  const plain: ReasoningPart[] =
    typeof text === 'string' && text !== '' ? [{ type: 'reasoning', text }] : [];
  const details = decodeReasoningDetails(message['reasoning_details']);
  if (!details) return plain;
  return details.some((part) => part.text !== '') ? details : [...plain, ...details];
}

/** Citations and the thought signature of a message's text stand on its last text. */
function withCitations(content: readonly Part[], message: Fields): readonly Part[] {
  const citations = decodeAnnotations(message['annotations']);
  const signature = readThoughtSignature(message);
  const at = content.findLastIndex((part) => part.type === 'text');
  const text = content[at];
  if (text?.type !== 'text' || (!citations && !signature)) return content;
  return content.with(at, {
    ...text,
    ...optional('citations', citations),
    ...optional('signature', signature),
  });
}

/** A mark on the message stands on its last part, unless that is of a kind that bears none. */
function marked(part: Part, cache: CacheMark): Part {
  switch (part.type) {
    case 'reasoning':
    case 'refusal':
    case 'foreign':
      return part;
    default:
      return { ...part, cache };
  }
}

function isResultPart(part: Part): part is ToolResultPart['parts'][number] {
  return RESULT_PARTS.has(part.type);
}

const RESULT_PARTS: ReadonlySet<string> = new Set(['text', 'image', 'document', 'audio', 'video']);

function isRole(role: unknown): role is Role {
  return ROLES.has(role);
}
