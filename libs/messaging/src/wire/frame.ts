/** What a frame is. Numbers are for good: a reader skips kinds that it does not know. */
export const FrameKind = {
  request: 1,
  call: 2,
  chunk: 3,
  credit: 4,
  cancel: 5,
  alive: 6,
  event: 7,
  reply: 16,
  head: 17,
  data: 18,
  end: 19,
  failure: 20,
  heartbeat: 21,
  needBody: 22,
} as const;

export type FrameKind = (typeof FrameKind)[keyof typeof FrameKind];

/** `[u8 kind][u32 header bytes][u32 context bytes][u32 body bytes]`, little-endian, then the three parts. */
export const FRAME_PREFIX_BYTES = 13;

/** A frame on its way out. */
export interface Frame {
  readonly kind: FrameKind;
  /** JSON, or empty. */
  readonly header: string;
  readonly headerBytes: number;
  readonly context: Uint8Array | null;
  readonly body: Uint8Array | null;
}

export function frame(
  kind: FrameKind,
  header: string,
  context: Uint8Array | null = null,
  body: Uint8Array | null = null,
): Frame {
  return { kind, header, headerBytes: Buffer.byteLength(header), context, body };
}

/** Bytes that the frame takes in a message. */
export function frameBytes(one: Frame): number {
  return (
    FRAME_PREFIX_BYTES + one.headerBytes + (one.context?.length ?? 0) + (one.body?.length ?? 0)
  );
}

/** Writes frames one after the other into one message of exactly `bytes` bytes. */
export function encodeFrames(frames: readonly Frame[], bytes: number): Buffer {
  const out = Buffer.allocUnsafe(bytes);
  let at = 0;
  for (const one of frames) at = writeFrame(out, at, one);
  return out;
}

function writeFrame(out: Buffer, start: number, one: Frame): number {
  const { header, headerBytes, context, body } = one;
  const contextBytes = context === null ? 0 : context.length;
  const bodyBytes = body === null ? 0 : body.length;
  out[start] = one.kind;
  writeU32(out, start + 1, headerBytes);
  writeU32(out, start + 5, contextBytes);
  writeU32(out, start + 9, bodyBytes);
  let at = start + FRAME_PREFIX_BYTES;
  if (headerBytes > 0) {
    // As many bytes as characters: all ASCII, and the one-byte encoding is faster.
    out.write(header, at, headerBytes, headerBytes === header.length ? 'latin1' : 'utf8');
    at += headerBytes;
  }
  if (context !== null) {
    out.set(context, at);
    at += contextBytes;
  }
  if (body !== null) {
    out.set(body, at);
    at += bodyBytes;
  }
  return at;
}

function writeU32(out: Buffer, at: number, value: number): void {
  out[at] = value;
  out[at + 1] = value >>> 8;
  out[at + 2] = value >>> 16;
  out[at + 3] = value >>> 24;
}

/** Reads the frames of a message in order. Parts are views on the message, not copies. */
export class FrameReader {
  kind = 0;
  private readonly bytes: Buffer;
  private next = 0;
  private headerAt = 0;
  private contextAt = 0;
  private bodyAt = 0;
  private bodyEnd = 0;

  constructor(message: Uint8Array) {
    this.bytes = asBuffer(message);
  }

  /** Moves to the next frame. False at the end, and where the rest is not a whole frame (see `isTorn`). */
  advance(): boolean {
    const { bytes, next } = this;
    if (next + FRAME_PREFIX_BYTES > bytes.length) return false;
    const headerAt = next + FRAME_PREFIX_BYTES;
    const contextAt = headerAt + bytes.readUInt32LE(next + 1);
    const bodyAt = contextAt + bytes.readUInt32LE(next + 5);
    const bodyEnd = bodyAt + bytes.readUInt32LE(next + 9);
    if (bodyEnd > bytes.length) return false;
    this.kind = bytes[next] ?? 0;
    this.headerAt = headerAt;
    this.contextAt = contextAt;
    this.bodyAt = bodyAt;
    this.bodyEnd = bodyEnd;
    this.next = bodyEnd;
    return true;
  }

  /** Bytes are left over that are no frame. */
  isTorn(): boolean {
    return this.next !== this.bytes.length;
  }

  /** The header, parsed. Throws a SyntaxError when it is not JSON; undefined when it is empty. */
  header(): unknown {
    if (this.headerAt === this.contextAt) return undefined;
    return JSON.parse(this.bytes.toString('utf8', this.headerAt, this.contextAt));
  }

  context(): Buffer {
    return this.bytes.subarray(this.contextAt, this.bodyAt);
  }

  body(): Buffer {
    return this.bytes.subarray(this.bodyAt, this.bodyEnd);
  }
}

/** NATS hands out Buffers and plain Uint8Arrays, depending on how the bytes arrived. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes)
    ? bytes
    : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
