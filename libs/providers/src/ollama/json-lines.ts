import { MAX_EVENT_BYTES } from '../limits.ts';

const LF = 10;

/** Cuts newline-delimited text into lines, in any slicing of its bytes. */
export class JsonLines {
  private pending: Buffer[] = [];
  private bytes = 0;

  /** Gives each whole line. Answers false when one is too large. @param take answers false when it needs no more */
  push(chunk: Buffer, take: (line: string) => boolean): boolean {
    let from = 0;
    for (;;) {
      const end = chunk.indexOf(LF, from);
      if (end === -1) break;
      this.hold(chunk.subarray(from, end));
      from = end + 1;
      if (this.bytes > MAX_EVENT_BYTES) return false;
      if (!take(this.rest())) return true;
    }
    this.hold(chunk.subarray(from));
    return this.bytes <= MAX_EVENT_BYTES;
  }

  /** Takes what has come without a line break. */
  rest(): string {
    const text = Buffer.concat(this.pending).toString();
    this.pending = [];
    this.bytes = 0;
    return text;
  }

  private hold(bytes: Buffer): void {
    if (bytes.length === 0) return;
    this.pending.push(bytes);
    this.bytes += bytes.length;
  }
}
