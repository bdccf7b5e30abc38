import type { IncomingMessage } from 'node:http';
import type { Transform } from 'node:stream';
import zlib from 'node:zlib';
import { ClickHouseException } from './exception.ts';

/** The largest body of one request, and of all requests together, in bytes after decompression. */
export interface BodyLimits {
  readonly maxBodyBytes: number;
  readonly maxBufferedBytes: number;
}

const decoders: Readonly<Record<string, () => Transform>> = {
  gzip: () => zlib.createGunzip(),
  deflate: () => zlib.createInflate(),
  br: () => zlib.createBrotliDecompress(),
  zstd: () => zlib.createZstdDecompress(),
};

/** Reads request bodies, decompressed, within the limits. */
export class BodyReader {
  readonly #limits: BodyLimits;
  #bufferedBytes = 0;

  constructor(limits: BodyLimits) {
    this.#limits = limits;
  }

  /** The body and a function that must be called once it is no longer needed. */
  async read(request: IncomingMessage): Promise<{ body: Buffer; release: () => void }> {
    let size = 0;
    const release = (): void => {
      this.#bufferedBytes -= size;
      size = 0;
    };
    try {
      const chunks: Buffer[] = [];
      for await (const chunk of decode(request)) {
        size += chunk.length;
        this.#bufferedBytes += chunk.length;
        this.#check(size);
        chunks.push(chunk);
      }
      return { body: Buffer.concat(chunks), release };
    } catch (error) {
      release();
      if (error instanceof ClickHouseException) throw error;
      const text = error instanceof Error ? error.message : String(error);
      throw ClickHouseException.of(
        23,
        'CANNOT_READ_FROM_ISTREAM',
        `Cannot read body: ${text}`,
        400,
      );
    }
  }

  #check(size: number): void {
    if (size > this.#limits.maxBodyBytes) {
      const text = `Request body is larger than ${this.#limits.maxBodyBytes} bytes`;
      throw ClickHouseException.of(307, 'TOO_MANY_BYTES', text, 413);
    }
    if (this.#bufferedBytes > this.#limits.maxBufferedBytes) {
      throw tooBusy('Too much data in requests that have not run yet');
    }
  }
}

/** The answer at every bound of the server; clients may retry it. */
export function tooBusy(text: string): ClickHouseException {
  return ClickHouseException.of(202, 'TOO_MANY_SIMULTANEOUS_QUERIES', text);
}

function decode(request: IncomingMessage): AsyncIterable<Buffer> {
  const encoding = (request.headers['content-encoding'] ?? 'identity').toLowerCase();
  // The request stays open when reading stops early: its sender is owed an answer.
  if (encoding === 'identity') return request.iterator({ destroyOnReturn: false });
  const decoder = decoders[encoding];
  if (!decoder) {
    const text = `Unknown compression method: ${encoding}`;
    throw ClickHouseException.of(89, 'UNKNOWN_COMPRESSION_METHOD', text, 400);
  }
  const decoded = request.pipe(decoder());
  request.once('error', (error) => decoded.destroy(error));
  return decoded;
}
