const LF = 10;
const CR = 13;

/**
 * Finds where server-sent events end, in any slicing of the bytes: an event ends with an empty line, lines end with LF,
 * CRLF or CR. Keeps what it must know between chunks; the bytes themselves belong to the caller.
 */
export class EventBoundaries {
  private isAtLineStart = true;
  private endedWithCr = false;
  private usesCrlf = false;
  /** The empty line ended with CR at the end of a chunk, and its LF is expected in the next. */
  private awaitsLf = false;

  /**
   * The end (exclusive) of the first event that ends at or after `from`, or -1. Call it again from there, and each byte
   * once only. May be `from` itself, when the event turns out to have ended with the chunk before.
   * @param hasCr whether the chunk holds a CR at all
   */
  next(chunk: Buffer, from: number, hasCr: boolean): number {
    if (hasCr || this.endedWithCr || this.awaitsLf) return this.nextByBytes(chunk, from);
    let at = from;
    for (;;) {
      const lf = chunk.indexOf(LF, at);
      if (lf === -1) {
        if (at < chunk.length) this.isAtLineStart = false;
        return -1;
      }
      const isEmptyLine = lf === at && this.isAtLineStart;
      this.isAtLineStart = true;
      if (isEmptyLine) return lf + 1;
      at = lf + 1;
    }
  }

  private nextByBytes(chunk: Buffer, from: number): number {
    for (let at = from; at < chunk.length; at++) {
      const byte = chunk[at];
      if (this.awaitsLf) return this.endAwaited(byte === LF ? at + 1 : at);
      if (byte === LF && this.endedWithCr) {
        this.endedWithCr = false;
        this.usesCrlf = true;
        continue;
      }
      this.endedWithCr = byte === CR;
      if (byte !== LF && byte !== CR) this.isAtLineStart = false;
      else if (!this.isAtLineStart) this.isAtLineStart = true;
      else return this.endEmptyLine(chunk, at + 1);
    }
    return -1;
  }

  /** @param end behind the byte that ended an empty line */
  private endEmptyLine(chunk: Buffer, end: number): number {
    if (!this.endedWithCr) return end;
    if (chunk[end] === LF) return this.endAwaited(end + 1);
    this.awaitsLf = this.usesCrlf && end === chunk.length;
    return this.awaitsLf ? -1 : end;
  }

  private endAwaited(end: number): number {
    this.awaitsLf = false;
    this.endedWithCr = false;
    return end;
  }
}

/** The `data` of one event, its lines joined; null when it has none. `isForeign`: it holds lines that are no SSE. */
export interface EventFields {
  readonly data: string | null;
  readonly event: string;
  readonly isForeign: boolean;
}

/** How nearly all events are written: read at once, with the same result as line by line. */
const PLAIN = /^(?:event: (\w+)\n)?data: (.*)\n\n$/;

/** Takes the fields of one event apart, as browsers do. */
export function readEvent(bytes: Buffer): EventFields {
  const text = bytes.toString();
  const plain = PLAIN.exec(text);
  if (!plain) return readLines(text);
  return { data: plain[2] ?? '', event: plain[1] ?? '', isForeign: false };
}

function readLines(whole: string): EventFields {
  let data: string | null = null;
  let event = '';
  let isForeign = false;
  for (const line of whole.split(/\r\n|\n|\r/)) {
    const text = line.replace(/^[\uFEFF\s]+/, '');
    if (text === '' || text.startsWith(':')) continue;
    const colon = text.indexOf(':');
    const name = colon === -1 ? text : text.slice(0, colon);
    const value = colon === -1 ? '' : text.slice(colon + 1).replace(/^ /, '');
    if (name === 'data') data = data === null ? value : `${data}\n${value}`;
    else if (name === 'event') event = value;
    else if (name !== 'id' && name !== 'retry') isForeign = true;
  }
  return { data, event, isForeign };
}
