import {
  carryOpaque,
  type Opaque,
  readOpaque,
  type ReasoningPart,
  type Wire,
} from '@tollgate/neutral';
import { isObject } from '../chat/fields.ts';
import { optional } from '../json/optional.ts';

type Fields = Readonly<Record<string, unknown>>;

/**
 * Reads `reasoning_details` as OpenRouter defines them (openrouter.ai/docs/use-cases/reasoning-tokens, 2026-11). What is
 * this wire's own is kept whole, but for its text, as the part's signature; what another vendor made is read back
 * from where `encodeReasoningDetails` wrote it. Undefined when there are none.
 */
export function decodeReasoningDetails(details: unknown): ReasoningPart[] | undefined {
  if (!Array.isArray(details) || details.length === 0) return undefined;
  const parts: ReasoningPart[] = [];
  for (const detail of details) {
    const part = isObject(detail) ? decodeDetail(detail) : undefined;
    if (!part) continue;
    const last = parts.at(-1);
    if (last && isSealOf(part, last)) {
      parts[parts.length - 1] = { ...last, ...optional('signature', part.signature) };
    } else parts.push(part);
  }
  return parts;
}

/** One part as `reasoning_details`; `index` numbers the part among its answer's reasoning parts. */
export function encodeReasoningDetails(part: ReasoningPart, index: number): Fields[] {
  const { text, signature, id } = part;
  const own = signature?.wire === 'openai-chat' ? readHead(signature.value) : undefined;
  if (own) return [{ ...own, ...textField(String(own['type']), text) }];
  const common = {
    ...optional('id', id),
    format: signature ? FORMATS[signature.wire] : 'unknown',
    index,
  };
  const sealed = signature ? carryOpaque(signature, 'openai-chat') : undefined;
  const seal = { type: 'reasoning.encrypted', data: sealed, ...common };
  if (part.isRedacted) return [seal];
  if (!part.isSummary)
    return [{ type: 'reasoning.text', text, ...optional('signature', sealed), ...common }];
  const summary = { type: 'reasoning.summary', summary: text, ...common };
  return sealed === undefined ? [summary] : [summary, seal];
}

const FORMATS = {
  'openai-chat': 'unknown',
  'openai-responses': 'openai-responses-v1',
  anthropic: 'anthropic-claude-v1',
  bedrock: 'anthropic-claude-v1',
  gemini: 'google-gemini-v1',
  ollama: 'unknown',
} as const satisfies Record<Wire, string>;

function decodeDetail(detail: Fields): ReasoningPart | undefined {
  const { type, signature, data, id } = detail;
  const text = detail[type === 'reasoning.summary' ? 'summary' : 'text'];
  const sealed = type === 'reasoning.encrypted' ? data : signature;
  const opaque = typeof sealed === 'string' ? readOpaque(sealed, 'openai-chat') : undefined;
  const isForeign = opaque !== undefined && opaque.wire !== 'openai-chat';
  if (typeof type !== 'string' || !type.startsWith('reasoning.')) return undefined;
  return {
    type: 'reasoning',
    text: typeof text === 'string' ? text : '',
    ...(type === 'reasoning.summary' ? { isSummary: true } : {}),
    ...(type === 'reasoning.encrypted' ? { isRedacted: true } : {}),
    ...optional('id', typeof id === 'string' ? id : undefined),
    ...optional('signature', isForeign ? opaque : reasoningHead(detail)),
  };
}

/** A detail of this wire without its text, for the way back; undefined when it says nothing that is worth keeping. */
export function reasoningHead(detail: Fields): Opaque | undefined {
  const { signature, data, id, format } = detail;
  const saysMore = (format ?? 'unknown') !== 'unknown' || signature || data || id;
  const head = { ...detail, text: undefined, summary: undefined };
  return saysMore ? { wire: 'openai-chat', value: JSON.stringify(head) } : undefined;
}

function readHead(value: string): Fields | undefined {
  try {
    const head: unknown = JSON.parse(value);
    return isObject(head) && typeof head['type'] === 'string' ? head : undefined;
  } catch {
    return undefined;
  }
}

function textField(type: string, text: string): Fields {
  if (type === 'reasoning.encrypted') return {};
  return type === 'reasoning.summary' ? { summary: text } : { text };
}

/** The sealed half of a summary that `encodeReasoningDetails` wrote in two. */
function isSealOf(part: ReasoningPart, summary: ReasoningPart): boolean {
  const isForeign = part.signature !== undefined && part.signature.wire !== 'openai-chat';
  return (
    isForeign &&
    part.isRedacted === true &&
    summary.isSummary === true &&
    part.id === summary.id &&
    summary.signature?.wire !== part.signature?.wire
  );
}
