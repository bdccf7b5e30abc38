import type { TokenUsage } from '@tollgate/contracts';
import type { EmitEvent } from '@tollgate/neutral';
import type { StreamReader, WireRequest } from '../chat-wire.ts';
import { isRecord, parseSaid } from '../json/json-value.ts';
import { errorInside } from './decode-answer.ts';
import {
  beganAt,
  createdAtOf,
  decodeCalls,
  decodeFinish,
  decodeLogprobs,
  decodeUsage,
} from './decode-message.ts';
import { JsonLines } from './json-lines.ts';
import { StreamProgress } from '../stream-progress.ts';

type WireObject = Readonly<Record<string, unknown>>;

/** Reads the lines of `/api/chat`: pieces of thoughts and text, whole calls, and the counts in the line that is `done`. */
export class OllamaStreamReader extends StreamProgress implements StreamReader {
  usage: TokenUsage | null = null;
  readonly reportedCostPicoUsd = null;
  finishReason: string | null = null;

  private readonly lines = new JsonLines();
  private open: 'text' | 'reasoning' | null = null;
  private part = -1;
  private calls = 0;
  private size = 0;
  private began = '';

  constructor(
    private readonly request: WireRequest,
    private readonly emit: EmitEvent,
  ) {
    super();
  }

  push(chunk: Buffer): void {
    if (this.isOver()) return;
    const isSound = this.lines.push(chunk, (line) => {
      this.readLine(line);
      return !this.isOver();
    });
    if (!isSound) this.failInvalid('a line is too large');
  }

  end(): void {
    if (this.isOver()) return;
    // The last line break may be missing; half a line is no JSON.
    const rest = parseSaid(this.lines.rest());
    if (isRecord(rest)) this.read(rest);
    if (!this.isOver()) this.failCut();
  }

  estimateOutputTokens(): number {
    return Math.ceil(this.size / 4);
  }

  private readLine(line: string): void {
    if (line.trim() === '') return;
    const value = parseSaid(line);
    if (isRecord(value)) this.read(value);
    else this.failInvalid('a line is no JSON object');
  }

  private read(line: WireObject): void {
    if (line.error !== undefined) return this.fail(errorInside(line.error));
    const message = isRecord(line.message) ? line.message : {};
    this.begin(line);
    this.addText('reasoning', message.thinking);
    this.addText('text', message.content);
    this.addCalls(message);
    const tokens = decodeLogprobs(line);
    if (tokens.length > 0) this.emit({ type: 'logprobs', choice: 0, tokens });
    if (line.done === true) this.finish(line);
  }

  private begin(line: WireObject): void {
    if (this.phase !== 'waiting') return;
    this.phase = 'open';
    this.began = beganAt(line);
    const model = typeof line.model === 'string' ? line.model : this.request.model;
    this.emit({ type: 'start', id: '', model, createdAt: createdAtOf(line) });
  }

  private addText(type: 'text' | 'reasoning', text: unknown): void {
    if (typeof text !== 'string' || text === '') return;
    if (this.open !== type) {
      this.close();
      this.open = type;
      this.part++;
      this.emit({ type: 'part', choice: 0, part: this.part, value: { type, text: '' } });
    }
    this.size += text.length;
    this.emit({ type: 'delta', choice: 0, part: this.part, text });
  }

  private addCalls(message: WireObject): void {
    for (const call of decodeCalls(message, this.began, this.calls)) {
      this.close();
      this.calls++;
      this.part++;
      this.size += call.argumentsText.length;
      const value = { type: 'tool-call', ...call, kind: 'function' } as const;
      this.emit({ type: 'part', choice: 0, part: this.part, value });
      this.emit({ type: 'part-end', choice: 0, part: this.part });
    }
  }

  private close(): void {
    if (this.open === null) return;
    this.open = null;
    this.emit({ type: 'part-end', choice: 0, part: this.part });
  }

  private finish(line: WireObject): void {
    this.close();
    const finish = decodeFinish(line, this.calls > 0);
    this.finishReason = finish.raw;
    this.usage = decodeUsage(line);
    this.phase = 'finished';
    this.emit({ type: 'finish', choice: 0, finish });
    if (this.usage) this.emit({ type: 'usage', usage: this.usage });
    this.emit({ type: 'end' });
  }
}
