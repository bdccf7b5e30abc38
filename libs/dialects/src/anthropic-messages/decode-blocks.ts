import {
  type CacheMark,
  type ForeignPart,
  type Part,
  type ReasoningPart,
  readOpaque,
  type ToolResultPart,
} from '@tollgate/neutral';
import { isObject } from '../chat/fields.ts';
import { decodeCitations } from './decode-citation.ts';
import { Extras } from './decode-extras.ts';
import { decodeSource } from './decode-source.ts';

export type Json = Readonly<Record<string, unknown>>;
type ResultPart = ToolResultPart['parts'][number];

const PATH = 'messages[].content[]';
const KNOWN = {
  text: new Set(['type', 'text', 'cache_control', 'citations']),
  image: new Set(['type', 'source', 'cache_control']),
  document: new Set(['type', 'source', 'cache_control', 'title', 'context', 'citations']),
  tool_use: new Set(['type', 'id', 'name', 'input', 'cache_control', 'caller']),
  tool_result: new Set(['type', 'tool_use_id', 'content', 'is_error', 'cache_control']),
} as const;

/** Reads the content of a request's messages, in order. */
export class BlockReader {
  private count = 0;

  constructor(private readonly extras: Extras) {}

  /** @param content a text or an array of blocks */
  read(content: unknown): Part[] {
    const parts: Part[] = [];
    const blocks = asBlocks(content);
    for (const [i, block] of blocks.entries()) {
      const signature = thoughtSignature(block);
      const last = parts.at(-1);
      if (signature && blocks[i + 1]?.['type'] === 'tool_use') continue;
      if (signature && (last?.type === 'text' || last?.type === 'image')) {
        parts[parts.length - 1] = { ...last, signature };
        continue;
      }
      const before = i > 0 ? thoughtSignature(blocks[i - 1]) : undefined;
      const part = this.part(block);
      parts.push(part.type === 'tool-call' && before ? { ...part, signature: before } : part);
    }
    return parts;
  }

  private part(block: Json): Part {
    if (block['type'] === 'tool_result') return this.toolResult(block);
    return this.plain(block) ?? this.ofAssistant(block) ?? this.foreign(block);
  }

  /** Text, an image or a document: what a tool may answer as well. */
  private plain(block: Json): ResultPart | undefined {
    const { type, text } = block;
    const cache = cacheOf(block);
    if (type === 'text' && typeof text === 'string') {
      this.note(block, KNOWN.text);
      const citations = decodeCitations(block['citations']);
      return { type, text, ...cache, ...(citations.length > 0 ? { citations } : {}) };
    }
    if (type === 'search_result') return this.searchResult(block);
    if (type !== 'image' && type !== 'document') return undefined;
    const source = decodeSource(block['source']) ?? innerText(block['source']);
    if (!source) return undefined;
    this.note(block, KNOWN[type]);
    if (type === 'image') return { type, source, ...cache };
    const original = decodeSource(block['source']) ? {} : keep(block);
    return { type, source, ...describeDocument(block), ...cache, ...original };
  }

  /** A search result is a document that only Anthropic knows by a name of its own. */
  private searchResult(block: Json): ResultPart | undefined {
    const text = textOf(block['content']);
    if (text === undefined) return undefined;
    this.count++;
    const { source } = block;
    return {
      type: 'document',
      source: { kind: 'text', text },
      ...describeDocument(block),
      ...(typeof source === 'string' ? { context: source } : {}),
      ...cacheOf(block),
      ...keep(block),
    };
  }

  private ofAssistant(block: Json): Part | undefined {
    const { type, id, name, input, caller } = block;
    const isOwn = isObject(caller) && caller['type'] !== 'direct';
    if (type === 'tool_use' && typeof id === 'string' && typeof name === 'string' && !isOwn) {
      this.note(block, KNOWN.tool_use);
      const argumentsText = JSON.stringify(input ?? {});
      return { type: 'tool-call', id, name, argumentsText, kind: 'function', ...cacheOf(block) };
    }
    const reasoning = decodeReasoning(block);
    if (reasoning) this.count++;
    return reasoning;
  }

  private toolResult(block: Json): Part {
    const { tool_use_id: callId, is_error: isError } = block;
    if (typeof callId !== 'string') return this.foreign(block);
    this.note(block, KNOWN.tool_result);
    const parts: ResultPart[] = [];
    for (const inner of asBlocks(block['content'])) {
      const part = this.plain(inner);
      if (part) parts.push(part);
      else
        this.extras.note(`${PATH}.content[]`, this.count, { [String(inner['type'])]: inner }, NONE);
    }
    return {
      type: 'tool-result',
      callId,
      parts,
      kind: 'function',
      ...(typeof isError === 'boolean' ? { isError } : {}),
      ...cacheOf(block),
    };
  }

  private foreign(block: Json): ForeignPart {
    this.count++;
    return { type: 'foreign', wire: 'anthropic', name: String(block['type']), json: block };
  }

  private note(block: Json, known: ReadonlySet<string>): void {
    this.extras.note(PATH, this.count++, block, known);
  }
}

const NONE: ReadonlySet<string> = new Set();

export function cacheOf({ cache_control: control }: Json): { readonly cache?: CacheMark } {
  if (!isObject(control)) return {};
  const { ttl } = control;
  return { cache: ttl === '5m' || ttl === '1h' ? { ttl } : {} };
}

/** Thinking as a part; undefined for any other block. */
export function decodeReasoning(block: Json): ReasoningPart | undefined {
  const { type, thinking, signature, data } = block;
  if (type === 'redacted_thinking' && typeof data === 'string')
    return {
      type: 'reasoning',
      text: '',
      isRedacted: true,
      signature: readOpaque(data, 'anthropic'),
    };
  if (type !== 'thinking' || typeof thinking !== 'string') return undefined;
  const isSigned = typeof signature === 'string' && signature !== '';
  return {
    type: 'reasoning',
    text: thinking,
    ...(isSigned ? { signature: readOpaque(signature, 'anthropic') } : {}),
  };
}

function asBlocks(content: unknown): readonly Json[] {
  if (typeof content === 'string') return content === '' ? [] : [{ type: 'text', text: content }];
  return Array.isArray(content) ? content.filter(isObject) : [];
}

/** Gemini's signature of a text or a call, which travels in a redacted block of its own. */
function thoughtSignature(block: Json | undefined): ReturnType<typeof readOpaque> | undefined {
  if (block?.['type'] !== 'redacted_thinking' || typeof block['data'] !== 'string')
    return undefined;
  const opaque = readOpaque(block['data'], 'anthropic');
  return opaque.wire === 'gemini' ? opaque : undefined;
}

function describeDocument({ title, context, citations }: Json): {
  readonly title?: string;
  readonly context?: string;
  readonly wantsCitations?: boolean;
} {
  const wants = isObject(citations) ? citations['enabled'] : undefined;
  return {
    ...(typeof title === 'string' ? { title } : {}),
    ...(typeof context === 'string' ? { context } : {}),
    ...(typeof wants === 'boolean' ? { wantsCitations: wants } : {}),
  };
}

function keep(json: Json): {
  readonly original: { readonly wire: 'anthropic'; readonly json: Json };
} {
  return { original: { wire: 'anthropic', json } };
}

/** The text of a document whose source is blocks of text. */
function innerText(source: unknown): { readonly kind: 'text'; readonly text: string } | undefined {
  const text =
    isObject(source) && source['type'] === 'content' ? textOf(source['content']) : undefined;
  return text === undefined ? undefined : { kind: 'text', text };
}

/** Undefined where there is anything but text. */
function textOf(content: unknown): string | undefined {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return undefined;
  const texts = content.map((block) => (isObject(block) ? block['text'] : undefined));
  return texts.every((text) => typeof text === 'string') ? texts.join('\n') : undefined;
}
