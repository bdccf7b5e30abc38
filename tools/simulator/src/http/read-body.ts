import type { IncomingMessage } from 'node:http';

export type BodyRead = { readonly body: Buffer } | 'too_large';

/** Past the limit, this many times the limit is read and thrown away so that the caller gets to see the refusal. */
const discardedTimes = 4;

/** Calls back once, when the body is complete; never if the caller leaves before. */
export function readBody(
  request: IncomingMessage,
  limitBytes: number,
  done: (read: BodyRead) => void,
): void {
  let first: Buffer | null = null;
  let more: Buffer[] | null = null;
  let bytes = 0;
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > limitBytes) {
      first = null;
      more = null;
      if (bytes > limitBytes * discardedTimes) request.destroy();
    } else if (first === null) first = chunk;
    else if (more === null) more = [first, chunk];
    else more.push(chunk);
  });
  request.on('end', () => {
    if (bytes > limitBytes) done('too_large');
    else done({ body: more === null ? (first ?? Buffer.alloc(0)) : Buffer.concat(more, bytes) });
  });
  request.on('error', () => undefined);
}
