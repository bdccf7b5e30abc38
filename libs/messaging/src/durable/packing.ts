import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';

/** Says how the events of a message are packed. */
export const ENCODING_HEADER = 'Content-Encoding';
export const ZSTD = 'zstd';

/** Below that packing costs more than it saves. */
const LEAST_BYTES = 4 * 1024;
/** Far above the largest batch: what unpacks to more was not packed by us. */
const MOST_UNPACKED_BYTES = 8 * 1024 * 1024;
const OPTIONS = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };

export interface Packed {
  readonly payload: Buffer;
  readonly headers: Readonly<Record<string, string>>;
}

/** Records repeat one another: packed together they take a tenth of the room, on the wire and in the stream. */
export function pack(payload: Buffer): Packed {
  if (payload.length < LEAST_BYTES) return { payload, headers: {} };
  return { payload: zstdCompressSync(payload, OPTIONS), headers: { [ENCODING_HEADER]: ZSTD } };
}

/** The events of a message as they were given. What cannot be unpacked comes as it is, and will be no record to anybody. */
export function unpack(bytes: Buffer, encoding: string | undefined): Buffer {
  if (encoding !== ZSTD) return bytes;
  try {
    return zstdDecompressSync(bytes, { maxOutputLength: MOST_UNPACKED_BYTES });
  } catch {
    return bytes;
  }
}
