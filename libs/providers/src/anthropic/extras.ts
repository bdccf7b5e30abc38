import type { Conversation, Part } from '@tollgate/neutral';
import { isRecord } from '../json/json-value.ts';

type Json = Readonly<Record<string, unknown>>;

const OF_PARTS = 'messages[].content[].';
const OF_TOOLS = 'tools[].';

/**
 * What Anthropic's own clients wrote into blocks and tools that has no neutral meaning: it stands in the conversation's
 * `others` by its path, with the number of the part or the tool, and goes back where it was.
 */
export class OwnExtras {
  /** What of `others` stands at the top of the body. */
  readonly top: Json;
  private readonly ofPart = new Map<Part, Json>();
  private readonly ofTool: ReadonlyMap<number, Json>;

  constructor(conversation: Conversation) {
    const others = conversation.origin === 'anthropic' ? conversation.others : {};
    this.top = Object.fromEntries(Object.entries(others).filter(([path]) => !path.includes('[]')));
    this.ofTool = collect(others, OF_TOOLS);
    const byNumber = collect(others, OF_PARTS);
    if (byNumber.size === 0) return;
    let count = 0;
    for (const { parts } of conversation.messages)
      for (const part of withInner(parts)) {
        const extra = byNumber.get(count++);
        if (extra) this.ofPart.set(part, extra);
      }
  }

  part(part: Part): Json {
    return this.ofPart.get(part) ?? NOTHING;
  }

  tool(index: number): Json {
    return this.ofTool.get(index) ?? NOTHING;
  }
}

const NOTHING: Json = Object.freeze({});

function* withInner(parts: readonly Part[]): Generator<Part> {
  for (const part of parts) {
    yield part;
    if (part.type === 'tool-result') yield* withInner(part.parts);
  }
}

/** By number, what stands under paths that begin so and end with a field's name. */
function collect(others: Json, start: string): ReadonlyMap<number, Json> {
  const found = new Map<number, Json>();
  for (const [path, pairs] of Object.entries(others)) {
    const field = path.startsWith(start) ? path.slice(start.length) : '';
    if (field === '' || field.includes('.') || !Array.isArray(pairs)) continue;
    for (const pair of pairs) {
      const [number, value]: readonly unknown[] = Array.isArray(pair) ? pair : [];
      if (typeof number !== 'number') continue;
      const known = found.get(number);
      found.set(number, { ...(isRecord(known) ? known : {}), [field]: value });
    }
  }
  return found;
}
