import { parseArguments, type AnswerPart, type EmitEvent } from '@tollgate/neutral';
import { isRecord } from '../json/json-value.ts';
import { decodeBlock, decodeCitation } from './decode-blocks.ts';

type Json = Readonly<Record<string, unknown>>;

interface OpenBlock {
  readonly part: number;
  readonly value: AnswerPart;
  /** As it stands so far, for a block that only Anthropic understands. */
  json: Record<string, unknown>;
  /** The text of its arguments or its input that came in deltas. */
  inputText: string;
}

/** Reads the blocks of a streamed message: one after the other, each known by Anthropic's `index`. */
export class BlockReader {
  /** Of what was generated. */
  bytes = 0;
  private readonly open = new Map<unknown, OpenBlock>();
  private parts = 0;

  /** @param custom the names of tools that take free text */
  constructor(
    private readonly custom: ReadonlySet<string>,
    private readonly emit: EmitEvent,
  ) {}

  /** An event of any other type says nothing. */
  read({ type, index, content_block: block, delta }: Json): void {
    if (type === 'content_block_start' && isRecord(block)) this.begin(index, block);
    else if (type === 'content_block_stop') this.end(index);
    else if (type === 'content_block_delta' && isRecord(delta)) this.extend(index, delta);
  }

  /** Ends what is open still. */
  close(): void {
    for (const index of [...this.open.keys()]) this.end(index);
  }

  private begin(index: unknown, block: Json): void {
    const decoded = decodeBlock(block, this.custom);
    const isCall = decoded.type === 'tool-call' && !isHeld(decoded);
    const value = isCall ? { ...decoded, argumentsText: '' } : decoded;
    const part = this.parts++;
    this.open.set(index, { part, value, json: { ...block }, inputText: '' });
    this.bytes += 1;
    if (!isHeld(value)) this.emit({ type: 'part', choice: 0, part, value });
  }

  private extend(index: unknown, delta: Json): void {
    const block = this.open.get(index);
    if (!block) return;
    const { part, value } = block;
    const { type, text, thinking, partial_json: json, signature, citation } = delta;
    if (isHeld(value)) return this.extendHeld(block, delta);
    if (type === 'text_delta' && value.type === 'text') this.append(part, text);
    else if (type === 'thinking_delta' && value.type === 'reasoning') this.append(part, thinking);
    else if (type === 'input_json_delta' && value.type === 'tool-call') {
      if (typeof json === 'string') block.inputText += json;
      this.append(part, json);
    } else if (type === 'signature_delta' && typeof signature === 'string') {
      this.emit({
        type: 'signature',
        choice: 0,
        part,
        signature: { wire: 'anthropic', value: signature },
      });
    } else if (type === 'citations_delta' && isRecord(citation)) {
      this.emit({ type: 'citation', choice: 0, part, citation: decodeCitation(citation) });
    }
  }

  private append(part: number, text: unknown): void {
    if (typeof text !== 'string' || text === '') return;
    this.bytes += text.length;
    this.emit({ type: 'delta', choice: 0, part, text });
  }

  /** Deltas of unknown kinds add to the field of the same name. */
  private extendHeld(block: OpenBlock, { type, ...fields }: Json): void {
    if (type === 'input_json_delta') {
      if (typeof fields.partial_json === 'string') block.inputText += fields.partial_json;
      return;
    }
    for (const [name, value] of Object.entries(fields)) {
      const before = block.json[name];
      block.json[name] =
        typeof before === 'string' && typeof value === 'string' ? before + value : value;
    }
  }

  private end(index: unknown): void {
    const block = this.open.get(index);
    if (!block) return;
    this.open.delete(index);
    const { part, value, json, inputText } = block;
    const at = { choice: 0, part } as const;
    if (isHeld(value)) {
      const input = inputText === '' ? undefined : parseArguments(inputText);
      const whole = input === undefined ? json : { ...json, input };
      this.emit({ type: 'part', ...at, value: decodeBlock(whole, this.custom) });
    } else if (value.type === 'tool-call' && inputText === '') {
      this.append(part, JSON.stringify(json.input ?? {}));
    }
    this.emit({ type: 'part-end', ...at });
  }
}

/** Told as a whole, once it is complete: what only Anthropic understands, and free text that comes inside of JSON. */
function isHeld(value: AnswerPart): boolean {
  return value.type === 'foreign' || (value.type === 'tool-call' && value.kind === 'custom');
}
