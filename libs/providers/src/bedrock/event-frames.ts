import { crc32 } from 'node:zlib';
import { EventStreamCodec } from '@smithy/eventstream-codec';
import { MAX_EVENT_BYTES } from '../limits.ts';

/** One message of an AWS event stream: its headers as text, its payload as it is. */
export interface EventFrame {
  readonly headers: Readonly<Record<string, string>>;
  readonly payload: Buffer;
}

/** Length of all, length of the headers, checksum of both. */
const PRELUDE_BYTES = 12;
/** The prelude and the checksum at the end. */
const LEAST_BYTES = 16;

/**
 * Takes an AWS event stream (docs.aws.amazon.com/AmazonS3/latest/API/RESTSelectObjectAppendix.html) apart, in any slicing
 * of its bytes. Both checksums of each frame are checked.
 */
export class EventFrames {
  private chunks: Buffer[] = [];
  private bytes = 0;
  /** Of the frame that is coming; 0 while its prelude is not whole. */
  private expected = 0;

  /**
   * Gives each frame that is whole. Answers false when the bytes are no event stream: nothing may be pushed after that.
   * @param take answers false when it needs no more
   */
  push(chunk: Buffer, take: (frame: EventFrame) => boolean): boolean {
    this.chunks.push(chunk);
    this.bytes += chunk.length;
    for (;;) {
      if (this.expected === 0 && this.bytes >= PRELUDE_BYTES && !this.readPrelude()) return false;
      if (this.expected === 0 || this.bytes < this.expected) return true;
      const all = this.joined();
      const frame = decode(all.subarray(0, this.expected));
      if (!frame) return false;
      this.chunks = [all.subarray(this.expected)];
      this.bytes -= this.expected;
      this.expected = 0;
      if (!take(frame)) return true;
    }
  }

  private readPrelude(): boolean {
    const all = this.joined();
    const length = all.readUInt32BE(0);
    const isSound =
      crc32(all.subarray(0, 8)) === all.readUInt32BE(8) &&
      length >= LEAST_BYTES &&
      length <= MAX_EVENT_BYTES;
    if (isSound) this.expected = length;
    return isSound;
  }

  private joined(): Buffer {
    const [first] = this.chunks;
    const all = this.chunks.length === 1 && first ? first : Buffer.concat(this.chunks);
    this.chunks = [all];
    return all;
  }
}

const codec = new EventStreamCodec(
  (bytes) => (typeof bytes === 'string' ? bytes : Buffer.from(bytes).toString()),
  (text) => Buffer.from(text),
);

function decode(bytes: Buffer): EventFrame | undefined {
  try {
    const { headers, body } = codec.decode(bytes);
    return { headers: textHeaders(headers), payload: Buffer.from(body) };
  } catch {
    return undefined;
  }
}

function textHeaders(headers: ReturnType<typeof codec.decode>['headers']): Record<string, string> {
  const texts: Record<string, string> = {};
  for (const [name, header] of Object.entries(headers))
    if (header.type === 'string') texts[name] = header.value;
  return texts;
}
