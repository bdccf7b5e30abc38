import type { PicoUsd, TokenUsage } from '@tollgate/contracts';
import { MAX_EVENT_BYTES } from '../limits.ts';
import type { Emit, StreamDecoder } from '../provider.ts';
import { decodeErrorInside } from './decode-failure.ts';
import { finishReasonOf } from './decode-response.ts';
import { decodeReportedCost, decodeUsage } from './decode-usage.ts';
import { isRecord, parseJson } from '../json/json-value.ts';
import { readError } from '../refusal/provider-error.ts';
import type { Quirks } from './quirks.ts';
import { RelayedContent } from '../sse/relayed-content.ts';
import { EventBoundaries, readEvent } from '../sse/sse-events.ts';
import { StreamProgress } from '../stream-progress.ts';

/** What a cheap look over the bytes says must be read: usage that is not null, a finish reason, an error, the end. */
const NOTABLE = /"usage"\s*:\s*\{|"finish_reason"\s*:\s*"|"error"\s*:|\[DONE\]|event *: *error/g;

const MAX_PREAMBLE_BYTES = 64 * 1024;
const EMPTY = Buffer.alloc(0);

export interface StreamDecoderOptions {
  readonly quirks: Quirks;
  readonly credential: string | null;
  /** The client did not ask for the chunk that has usage and nothing else. */
  readonly hidesUsage: boolean;
}

/** Relays a stream of the OpenAI family: the provider's own bytes, event by event; only notable ones are parsed. */
export class OpenAiStreamDecoder extends StreamProgress implements StreamDecoder {
  tail: Buffer = EMPTY;
  usage: TokenUsage | null = null;
  reportedCostPicoUsd: PicoUsd | null = null;
  finishReason: string | null = null;

  private readonly boundaries = new EventBoundaries();
  private readonly relayed = new RelayedContent();
  private pending: Buffer[] = [];
  private pendingBytes = 0;
  /** Comments before the first event: held back, so that nothing is promised while another provider could be asked. */
  private preamble: Buffer[] = [];
  private preambleBytes = 0;

  constructor(
    private readonly options: StreamDecoderOptions,
    private readonly emit: Emit,
  ) {
    super();
  }

  push(chunk: Buffer): void {
    if (this.isOver()) return;
    const hasCr = chunk.includes(13);
    let start = 0;
    if (this.pendingBytes > 0) {
      start = this.completePending(chunk, hasCr);
      if (start === -1 || this.isOver()) return;
    }
    const rest = this.relayEvents(chunk, start, hasCr);
    if (rest < chunk.length && !this.isOver()) this.hold(chunk.subarray(rest));
  }

  end(): void {
    if (this.isOver()) return;
    if (this.pendingBytes > 0) this.relayUnterminated();
    if (this.isOver()) return;
    if (this.finishReason !== null) this.finish(EMPTY);
    else this.failCut();
  }

  estimateOutputTokens(): number {
    return this.relayed.estimateTokens();
  }

  /** Answers where the chunk goes on after the event that was pending, -1 when it does not end here. */
  private completePending(chunk: Buffer, hasCr: boolean): number {
    const end = this.boundaries.next(chunk, 0, hasCr);
    this.hold(end === -1 ? chunk : chunk.subarray(0, end));
    if (end === -1 || this.isOver()) return -1;
    const event = this.takePending();
    NOTABLE.lastIndex = 0;
    const isNotable = NOTABLE.test(event.toString('latin1'));
    if (this.read(event, 0, event.length, isNotable)) this.give(event);
    return end;
  }

  /** Relays all whole events from `start` on, neighbours together. Answers where the last, unfinished one begins. */
  private relayEvents(chunk: Buffer, start: number, hasCr: boolean): number {
    const text = chunk.toString('latin1');
    let notableAt = nextNotable(text, start);
    let runStart = start;
    let eventStart = start;
    for (;;) {
      const end = this.boundaries.next(chunk, eventStart, hasCr);
      if (end === -1) break;
      const isNotable = notableAt < end;
      if (!this.read(chunk, eventStart, end, isNotable)) {
        this.give(chunk.subarray(runStart, eventStart));
        if (this.isOver()) return chunk.length;
        runStart = end;
      }
      eventStart = end;
      if (isNotable) notableAt = nextNotable(text, end);
    }
    this.give(chunk.subarray(runStart, eventStart));
    return eventStart;
  }

  /** Takes notice of one event. Answers whether it is to be relayed now. */
  private read(bytes: Buffer, start: number, end: number, isNotable: boolean): boolean {
    if (!isNotable && isPlainData(bytes, start, end)) {
      this.noteContent(end - start);
      return true;
    }
    const event = bytes.subarray(start, end);
    const { data, event: name, isForeign } = readEvent(event);
    if (data === null) return this.readDataless(event, isForeign);
    if (data.trim() === '[DONE]') {
      this.finish(event);
      return false;
    }
    const value = parseJson(data);
    if (!isRecord(value)) {
      if (name === 'error') this.fail(decodeErrorInside(readError(data), this.options.credential));
      else this.failInvalid('an event is no JSON object');
      return false;
    }
    return this.readChunk(value, name, end - start);
  }

  private readChunk(chunk: Readonly<Record<string, unknown>>, name: string, size: number): boolean {
    if (isRecord(chunk.error) || typeof chunk.error === 'string' || name === 'error') {
      const error = readError(chunk.error ?? chunk);
      this.fail(decodeErrorInside(error, this.options.credential));
      return false;
    }
    const choices = Array.isArray(chunk.choices) ? chunk.choices : [];
    this.finishReason ??= finishReasonOf(choices);
    const groq = isRecord(chunk.x_groq) ? chunk.x_groq.usage : undefined;
    const usage = isRecord(chunk.usage) ? chunk.usage : groq;
    if (usage !== undefined) {
      this.usage = decodeUsage(usage, this.options.quirks) ?? this.usage;
      this.reportedCostPicoUsd = decodeReportedCost(usage, this.options.quirks);
    }
    const isUsageAlone = isRecord(chunk.usage) && choices.length === 0;
    if (isUsageAlone && this.options.hidesUsage) return false;
    this.noteContent(isUsageAlone || choices.length === 0 ? 0 : size);
    return true;
  }

  private readDataless(event: Buffer, isForeign: boolean): boolean {
    if (isForeign) {
      this.failInvalid('the stream is no event stream');
      return false;
    }
    if (this.phase !== 'waiting') return true;
    this.preambleBytes += event.length;
    if (this.preambleBytes <= MAX_PREAMBLE_BYTES) this.preamble.push(event);
    return false;
  }

  private noteContent(size: number): void {
    if (this.phase === 'waiting') {
      this.phase = 'open';
      for (const event of this.preamble) this.emit(event);
      this.preamble = [];
    }
    if (size > 0) this.relayed.note(size);
  }

  /** Some servers leave out the empty line at the end: it is added, for readers that insist on it. */
  private relayUnterminated(): void {
    const last = this.takePending();
    NOTABLE.lastIndex = 0;
    const isWhole = isPlainData(last, 0, last.length) || NOTABLE.test(last.toString('latin1'));
    const { data } = readEvent(last);
    if (!isWhole || data === null) return;
    if (data.trim() !== '[DONE]' && !isRecord(parseJson(data))) return;
    const newlines = last.at(-1) === 10 || last.at(-1) === 13 ? '\n' : '\n\n';
    const event = Buffer.concat([last, Buffer.from(newlines)]);
    if (this.read(event, 0, event.length, true)) this.give(event);
  }

  private hold(bytes: Buffer): void {
    this.pending.push(bytes);
    this.pendingBytes += bytes.length;
    if (this.pendingBytes > MAX_EVENT_BYTES) this.failInvalid('an event is too large');
  }

  private takePending(): Buffer {
    const [first] = this.pending;
    const event = this.pending.length === 1 && first ? first : Buffer.concat(this.pending);
    this.pending = [];
    this.pendingBytes = 0;
    return event;
  }

  private give(bytes: Buffer): void {
    if (bytes.length > 0) this.emit(bytes);
  }

  private finish(tail: Buffer): void {
    if (this.phase === 'waiting') return this.failInvalid('the stream was empty');
    this.phase = 'finished';
    this.tail = tail;
    this.pending = [];
  }

  protected override stop(): void {
    this.pending = [];
  }
}

/** Where the next notable thing stands; behind everything when there is none. */
function nextNotable(text: string, from: number): number {
  NOTABLE.lastIndex = from;
  const found = NOTABLE.exec(text);
  return found ? found.index : Number.POSITIVE_INFINITY;
}

/** Whether the event is `data: {…}` on one line, by a look at its ends. */
function isPlainData(bytes: Buffer, start: number, end: number): boolean {
  if (bytes[start] !== 0x64 || bytes[start + 1] !== 0x61 || bytes[start + 2] !== 0x74) return false;
  if (bytes[start + 3] !== 0x61 || bytes[start + 4] !== 0x3a) return false;
  const open = bytes[start + 5] === 0x20 ? start + 6 : start + 5;
  const next = bytes[open + 1];
  if (bytes[open] !== 0x7b || (next !== 0x22 && next !== 0x20 && next !== 0x7d)) return false;
  let last = end - 1;
  while (bytes[last] === 10 || bytes[last] === 13) last--;
  return bytes[last] === 0x7d;
}
