import type { IncomingMessage } from 'node:http';
import { type Failure, failure } from '@tollgate/contracts';

export interface BodyTaker {
  onBody(body: Buffer): void;
  /** Too large or too slow. */
  onRefused(reason: Failure): void;
}

export interface BodyLimits {
  readonly maxBytes: number;
  /** Longest silence while the body arrives, milliseconds. */
  readonly stallMs: number;
  readonly sweepMs: number;
}

const EMPTY = Buffer.alloc(0);

/** Reads bodies into memory, within bounds, and gives up on clients that stall: one timer for all of them. */
export class BodyReader {
  private readonly uploads = new Set<Upload>();
  private readonly timer: NodeJS.Timeout;

  constructor(private readonly limits: BodyLimits) {
    this.timer = setInterval(() => this.sweep(), limits.sweepMs).unref();
  }

  /** Tells the taker once. Says nothing more when the client goes away: the response's `close` does. */
  read(request: IncomingMessage, declaredBytes: number | null, taker: BodyTaker): void {
    if (declaredBytes !== null && declaredBytes > this.limits.maxBytes) {
      return taker.onRefused(tooLarge(this.limits.maxBytes));
    }
    this.uploads.add(
      new Upload(request, this.limits, taker, (upload) => this.uploads.delete(upload)),
    );
  }

  stop(): void {
    clearInterval(this.timer);
    this.uploads.clear();
  }

  private sweep(): void {
    const turns = Math.ceil(this.limits.stallMs / this.limits.sweepMs);
    for (const upload of this.uploads) if (++upload.silentTurns > turns) upload.stall();
  }
}

class Upload {
  silentTurns = 0;
  private first: Buffer | null = null;
  private rest: Buffer[] | null = null;
  private bytes = 0;
  private isDone = false;

  constructor(
    private readonly request: IncomingMessage,
    private readonly limits: BodyLimits,
    private readonly taker: BodyTaker,
    private readonly onDone: (upload: Upload) => void,
  ) {
    request.on('data', (chunk: Buffer) => this.take(chunk));
    request.on('end', () => this.finish());
    request.on('close', () => this.leave());
    // The client broke off; its response's `close` tells the rest.
    request.on('error', () => this.leave());
  }

  stall(): void {
    this.refuse(failure('request.timeout'));
  }

  private take(chunk: Buffer): void {
    if (this.isDone) return;
    this.silentTurns = 0;
    this.bytes += chunk.length;
    if (this.bytes > this.limits.maxBytes) return this.refuse(tooLarge(this.limits.maxBytes));
    if (this.first === null) this.first = chunk;
    else (this.rest ??= [this.first]).push(chunk);
  }

  private finish(): void {
    if (this.isDone) return;
    this.leave();
    const body = this.rest ? Buffer.concat(this.rest, this.bytes) : (this.first ?? EMPTY);
    this.first = null;
    this.rest = null;
    this.taker.onBody(body);
  }

  /** What still comes is read and dropped, so that the client can read the answer. */
  private refuse(reason: Failure): void {
    this.leave();
    this.first = null;
    this.rest = null;
    this.taker.onRefused(reason);
  }

  private leave(): void {
    this.isDone = true;
    this.onDone(this);
  }
}

function tooLarge(maxBytes: number): Failure {
  return failure('request.too_large', {
    message: `The request body is larger than the ${maxBytes} bytes that this gateway takes.`,
  });
}
