import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { Writable } from 'node:stream';
import zlib from 'node:zlib';
import type { ClickHouseException } from './exception.ts';
import type { QueryHead } from './query-request.ts';
import { contentTypeOf } from './statement.ts';

/** Counts of the header `X-ClickHouse-Summary`. */
export interface Summary {
  readonly readRows: number;
  readonly readBytes: number;
  readonly writtenRows: number;
  readonly writtenBytes: number;
  readonly elapsedSeconds: number;
}

export const emptySummary: Summary = {
  readRows: 0,
  readBytes: 0,
  writtenRows: 0,
  writtenBytes: 0,
  elapsedSeconds: 0,
};

/** Sixteen characters that the text of a result cannot guess; the client looks for them. */
const tagCharacters = 16;

/** Writes one response with ClickHouse's headers, compressed where the client wants it. */
export class Answer {
  readonly #response: ServerResponse;
  readonly #head: QueryHead;
  readonly #tag: string;
  #body: Writable | undefined;

  constructor(response: ServerResponse, head: QueryHead) {
    this.#response = response;
    this.#head = head;
    this.#tag = crypto.randomUUID().replaceAll('-', '').slice(0, tagCharacters);
  }

  /** Sends the headers; from here on a failure can be told inside the body alone. */
  begin(format: string, summary: Summary): void {
    const { encoding, queryId } = this.#head;
    this.#response.writeHead(200, {
      'content-type': contentTypeOf(format),
      'x-clickhouse-format': format,
      'x-clickhouse-query-id': queryId,
      'x-clickhouse-timezone': 'UTC',
      'x-clickhouse-summary': renderSummary(summary),
      'x-clickhouse-exception-tag': this.#tag,
      ...(encoding ? { 'content-encoding': encoding } : {}),
    });
    this.#body = this.#response;
    if (!encoding) return;
    const compress = encoding === 'gzip' ? zlib.createGzip : zlib.createDeflate;
    const compressor = compress({ level: 1 });
    compressor.pipe(this.#response);
    this.#response.once('close', () => compressor.destroy());
    this.#body = compressor;
  }

  /** Writes a piece and waits while the client is slower than the query. False once it is gone. */
  async write(piece: Uint8Array): Promise<boolean> {
    if (this.#response.destroyed || !this.#body) return false;
    if (!this.#body.write(piece)) {
      const gone = new AbortController();
      const signal = gone.signal;
      try {
        await Promise.race([
          once(this.#body, 'drain', { signal }),
          once(this.#response, 'close', { signal }),
        ]);
      } finally {
        gone.abort();
      }
    }
    return !this.#response.destroyed;
  }

  end(): void {
    this.#body?.end();
  }

  /** Tells of a failure: as the response before the headers are out, inside the body after. */
  fail(exception: ClickHouseException, version: string): void {
    const text = `${exception.message.replace(/ \(version [^)]*\)/g, '')} (version ${version})\n`;
    if (this.#response.destroyed) return;
    if (this.#body) {
      const length = Buffer.byteLength(text);
      const mark = '\r\n__exception__\r\n';
      this.#body.end(`${mark}${this.#tag}\r\n${text}${length} ${this.#tag}${mark}`);
      return;
    }
    this.#response.writeHead(exception.status, {
      'content-type': 'text/plain; charset=UTF-8',
      'x-clickhouse-exception-code': String(exception.code),
      'x-clickhouse-query-id': this.#head.queryId,
      // What is left of a body that nobody reads would be taken for the next request.
      ...(this.#response.req.complete ? {} : { connection: 'close' }),
    });
    this.#response.end(text);
    this.#response.req.resume();
  }
}

function renderSummary(summary: Summary): string {
  return JSON.stringify({
    read_rows: String(summary.readRows),
    read_bytes: String(summary.readBytes),
    written_rows: String(summary.writtenRows),
    written_bytes: String(summary.writtenBytes),
    total_rows_to_read: '0',
    result_rows: '0',
    result_bytes: '0',
    elapsed_ns: String(Math.round(summary.elapsedSeconds * 1e9)),
  });
}
