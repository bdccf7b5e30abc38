import type { ServerResponse } from 'node:http';
import { type Failure, FAILURES } from '@tollgate/contracts';
import type { Dialect } from '@tollgate/dialects';
import type { AnswerHead, ClientAnswer } from '../../application/ports.ts';
import { showDroppedParams } from '../../domain/request/dropped-params.ts';
import type { RateView } from '../../domain/grants/rate-view.ts';
import { addRateLimitHeaders } from '../../domain/limits/rate-limit-headers.ts';
import type { AnswerWatch, Watched } from './answer-watch.ts';

const EVENT_STREAM = 'text/event-stream';
const HEADER_SAFE = /^[\x20-\x7e]*$/;
const NEWLINE = 0x0a;
const RETURN = 0x0d;
const HEARTBEAT = ': \n\n';
const DEFAULT_RETRY_AFTER_S = 1;
const SMALL_BYTES = 16 * 1024;
const PENDING_BYTES = 64 * 1024;

/** Whoever must know when the client has read on, or gone. */
export interface AnswerListener {
  clientDrained(): void;
  clientGone(): void;
}

export interface AnswerServices {
  readonly watch: AnswerWatch;
  readonly now: () => number;
  /** No further request is taken on this connection. */
  readonly isClosing: () => boolean;
}

/** One answer on its way to a client, over Node's response itself. */
export class HttpAnswer implements ClientAnswer, Watched {
  /** Set once somebody works on the request. */
  listener: AnswerListener | null = null;
  private isEventStream = false;
  private hasDrainListener = false;
  /** Bytes of this turn of the event loop: they go out as one chunk. */
  private pending: Uint8Array[] = [];
  private pendingBytes = 0;
  private isFlushQueued = false;
  /** Kept for its ending: only between two events may anything be put in. */
  private last: Uint8Array | null = null;

  /** @param onClosed called once, when the answer is through or the client has gone */
  constructor(
    private readonly response: ServerResponse,
    private readonly dialect: Dialect,
    readonly requestId: string,
    private readonly shownId: string,
    private readonly services: AnswerServices,
    onClosed: (status: number) => void,
  ) {
    response.on('close', () => {
      services.watch.forget(this);
      const isThrough = response.writableFinished;
      if (!isThrough) this.listener?.clientGone();
      onClosed(isThrough ? response.statusCode : FAILURES['client.closed'].status);
    });
  }

  sendWhole(head: AnswerHead, body: Uint8Array): void {
    const headers = this.headersOf(head);
    headers.push('content-length', String(body.length));
    this.response.writeHead(head.status, headers);
    if (body.length > SMALL_BYTES) this.response.end(body);
    else this.response.end(latin1Of(body), 'latin1');
    this.watchIfSlow();
  }

  /** An answer of Tollgate's own. */
  sendJson(status: number, value: unknown): void {
    const body = Buffer.from(JSON.stringify(value));
    const headers = ['content-type', 'application/json', 'content-length', String(body.length)];
    this.addIds(headers);
    this.response.writeHead(status, headers);
    this.response.end(body);
  }

  begin(head: AnswerHead): void {
    const headers = this.headersOf(head);
    this.isEventStream = head.contentType.startsWith(EVENT_STREAM);
    if (this.isEventStream) headers.push('cache-control', 'no-cache', 'x-accel-buffering', 'no');
    this.response.writeHead(head.status, headers);
    this.services.watch.add(this);
    // The first bytes usually follow within this turn and travel with the head.
    this.queueFlush();
  }

  write(bytes: Uint8Array): boolean {
    if (bytes.length === 0 || this.response.destroyed) return true;
    this.last = bytes;
    this.pending.push(bytes);
    this.pendingBytes += bytes.length;
    if (this.pendingBytes > PENDING_BYTES) this.flush();
    else this.queueFlush();
    return !this.response.writableNeedDrain;
  }

  end(): void {
    this.response.end(this.takePending());
    this.watchIfSlow();
  }

  refuse(failure: Failure, rates: readonly RateView[]): void {
    if (this.response.headersSent) return this.interrupt(failure);
    const { status } = FAILURES[failure.code];
    const body = Buffer.from(this.dialect.renderFailure(failure, { requestId: this.requestId }));
    const headers = ['content-type', 'application/json', 'content-length', String(body.length)];
    this.addIds(headers);
    addRateLimitHeaders(headers, rates, this.services.now());
    if (status === 401) headers.push('www-authenticate', 'Bearer');
    if (failure.retryAfterMs !== undefined || status === 429 || status === 503) {
      const seconds = Math.ceil((failure.retryAfterMs ?? 0) / 1_000);
      headers.push('retry-after', String(Math.max(seconds, DEFAULT_RETRY_AFTER_S)));
    }
    this.response.writeHead(status, headers);
    this.response.end(body);
    this.watchIfSlow();
  }

  interrupt(failure: Failure): void {
    if (!this.isEventStream) {
      this.response.destroy();
      return;
    }
    const event = this.dialect.renderStreamFailure(failure, { requestId: this.requestId });
    this.flush();
    this.response.end(this.isBetweenEvents() ? event : `\n\n${event}`);
    this.watchIfSlow();
  }

  /** @see AnswerWatch */
  heartbeat(): void {
    if (this.isEventStream && !this.response.writableEnded && this.isBetweenEvents()) {
      this.response.write(this.dialect.heartbeat ?? HEARTBEAT);
    }
  }

  isBlocked(): boolean {
    return this.response.writableLength > 0;
  }

  giveUp(): void {
    this.response.destroy();
  }

  private queueFlush(): void {
    if (this.isFlushQueued) return;
    this.isFlushQueued = true;
    // With an argument in place of a closure for each answer: V8 kept those, and all they reach, for long.
    process.nextTick(flushQueued, this);
  }

  /** Sends what was written in this turn. */
  flush(): void {
    this.isFlushQueued = false;
    const { response } = this;
    if (response.writableEnded || response.destroyed) return;
    const bytes = this.takePending();
    if (bytes === undefined) {
      // Once they are out this does nothing.
      response.flushHeaders();
      return;
    }
    this.services.watch.noteWrite(this);
    if (response.write(bytes) || this.hasDrainListener) return;
    this.hasDrainListener = true;
    response.on('drain', () => this.listener?.clientDrained());
  }

  private takePending(): Uint8Array | undefined {
    const { pending } = this;
    const [first] = pending;
    if (first === undefined) return undefined;
    this.pending = [];
    this.pendingBytes = 0;
    return pending.length === 1 ? first : Buffer.concat(pending);
  }

  private headersOf(head: AnswerHead): string[] {
    const headers = [
      'content-type',
      headerSafe(head.contentType),
      'x-tollgate-provider',
      headerSafe(head.provider),
      'x-tollgate-model',
      headerSafe(head.model),
      'x-tollgate-attempts',
      String(head.attempts),
    ];
    this.addIds(headers);
    if (head.costUsd !== null) headers.push('x-tollgate-cost-usd', head.costUsd);
    if (head.outputCap !== null) headers.push('x-tollgate-max-tokens', String(head.outputCap));
    if (head.droppedParams?.length)
      headers.push('x-tollgate-dropped-params', showDroppedParams(head.droppedParams));
    if (head.rates.length) addRateLimitHeaders(headers, head.rates, this.services.now());
    return headers;
  }

  private addIds(headers: string[]): void {
    headers.push('x-request-id', this.shownId, 'x-tollgate-request-id', this.requestId);
    if (this.services.isClosing()) headers.push('connection', 'close');
  }

  private isBetweenEvents(): boolean {
    const { last } = this;
    if (last === null) return true;
    const end = last.length;
    if (last[end - 1] !== NEWLINE) return false;
    return last[end - 2] === NEWLINE || (last[end - 2] === RETURN && last[end - 3] === NEWLINE);
  }

  /** A client that does not take the rest of its answer is given up some time later. */
  private watchIfSlow(): void {
    if (this.response.writableLength > 0) this.services.watch.add(this);
  }
}

function flushQueued(answer: HttpAnswer): void {
  answer.flush();
}

/** As a string Node writes the bytes in one piece with the head, which costs less than two. */
function latin1Of(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}

function headerSafe(text: string): string {
  return HEADER_SAFE.test(text) ? text : encodeURIComponent(text);
}
