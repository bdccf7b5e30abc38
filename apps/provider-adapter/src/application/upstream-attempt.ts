import { type Failure, failure, type NextTry } from '@tollgate/contracts';
import { ForbiddenAddressError } from '@tollgate/outbound';
import {
  type ClientRequest,
  type DecodedResponse,
  MAX_ANSWER_BYTES,
  MAX_REFUSAL_BYTES,
  type ProviderConnection,
  type StreamDecoder,
} from '@tollgate/providers';
import type { CallWire } from '@tollgate/translation';
import type { Dispatcher } from 'undici';
import type { Clock } from './ports.ts';

/** Hears what becomes of an attempt. After `onAnswer`, `onStreamEnd` or `onFailure` nothing more comes. */
export interface AttemptOwner {
  /** A whole answer. */
  onAnswer(attempt: UpstreamAttempt, answer: WholeAnswer): void;
  /** Frames of a streamed answer. */
  onFrames(attempt: UpstreamAttempt, bytes: Uint8Array): void;
  /** All but the decoder's `tail` was given. */
  onStreamEnd(attempt: UpstreamAttempt, decoder: StreamDecoder): void;
  /** @param next replaces what the table of failures says may be tried next */
  onFailure(attempt: UpstreamAttempt, failure: Failure, next?: NextTry): void;
}

/** An answer that was read, in the client's dialect. */
export type WholeAnswer = Extract<DecodedResponse, { readonly ok: true }>;

export type AttemptPhase =
  /** Waiting for a connection. */
  | 'connecting'
  /** On its way; nothing of an answer yet. */
  | 'sent'
  /** The answer is coming. */
  | 'answering'
  | 'over';

const ABORTED = new Error('tollgate: the call ended');

/** One call to one provider: reads the answer's bytes and tells its owner what they mean. */
export class UpstreamAttempt implements Dispatcher.DispatchHandler {
  phase: AttemptPhase = 'connecting';
  /** 0 while there is no answer. */
  status = 0;
  decoder: StreamDecoder | null = null;
  isPaused = false;
  /** When the phase began or bytes came last, by the owner's clock. */
  activeAt: number;

  private controller: Dispatcher.DispatchController | null = null;
  private headers: Readonly<Record<string, string | string[] | undefined>> = {};
  private chunks: Buffer[] = [];
  private bytes = 0;
  private isBodyOpen = true;

  constructor(
    private readonly owner: AttemptOwner,
    private readonly connection: ProviderConnection,
    /** The way between the client and the connection. */
    private readonly wire: CallWire,
    private readonly request: ClientRequest,
    private readonly clock: Clock,
  ) {
    this.activeAt = clock.monotonicMs();
  }

  /** Stops reading and closes the connection; the owner hears nothing more. */
  abort(): void {
    this.phase = 'over';
    if (this.isBodyOpen) this.controller?.abort(ABORTED);
  }

  /** Whether the connection still waits for the end of a body that nobody needs. */
  lingers(): boolean {
    return this.isBodyOpen;
  }

  pause(): void {
    if (this.isPaused || !this.isBodyOpen) return;
    this.isPaused = true;
    this.controller?.pause();
  }

  resume(): void {
    if (!this.isPaused) return;
    this.isPaused = false;
    this.activeAt = this.clock.monotonicMs();
    this.controller?.resume();
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.controller = controller;
    if (this.phase === 'over') return controller.abort(ABORTED);
    this.phase = 'sent';
    this.activeAt = this.clock.monotonicMs();
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Readonly<Record<string, string | string[] | undefined>>,
  ): void {
    if (status < 200 || this.phase === 'over') return;
    this.phase = 'answering';
    this.activeAt = this.clock.monotonicMs();
    this.status = status;
    this.headers = headers;
    const encoding = headers['content-encoding'];
    if (encoding !== undefined && encoding !== 'identity')
      return this.failAndAbort(invalid('the answer is compressed, though none was asked for'));
    if (this.isSuccess()) this.decoder = this.decoderFor(textOf(headers['content-type']));
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.phase === 'over') return;
    this.activeAt = this.clock.monotonicMs();
    if (this.decoder) return this.pushToDecoder(this.decoder, chunk);
    this.bytes += chunk.length;
    if (!this.isSuccess()) {
      this.chunks.push(chunk);
      if (this.bytes >= MAX_REFUSAL_BYTES) this.refused();
    } else if (this.bytes > MAX_ANSWER_BYTES) {
      this.failAndAbort(invalid('the answer is too large'));
    } else {
      this.chunks.push(chunk);
    }
  }

  onResponseEnd(): void {
    this.isBodyOpen = false;
    if (this.phase === 'over') return;
    if (!this.isSuccess()) return this.refused();
    if (!this.decoder) return this.answered();
    this.decoder.end();
    this.followDecoder(this.decoder);
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.isBodyOpen = false;
    if (this.phase === 'over') return;
    const { phase } = this;
    this.phase = 'over';
    if (error instanceof ForbiddenAddressError) {
      this.owner.onFailure(this, failure('provider.misconfigured', { internal: error.message }));
    } else if (phase === 'answering') {
      const internal = `the connection broke: ${describe(error)}`;
      this.owner.onFailure(this, failure('provider.interrupted', { internal }));
    } else {
      // A kept connection may close just as it is used again: then the same target deserves another try.
      const next = phase === 'sent' ? 'same' : undefined;
      const reason = failure('provider.unreachable', { internal: describe(error) });
      this.owner.onFailure(this, reason, next);
    }
  }

  /** Null where the answer is read once it is whole. */
  private decoderFor(contentType: string | undefined): StreamDecoder | null {
    const { wire, request } = this;
    const emit = (frames: Uint8Array): void => this.owner.onFrames(this, frames);
    const ofBody = wire.bodyDecoder?.(request, contentType, emit);
    if (ofBody || !request.stream) return ofBody ?? null;
    if (isJson(contentType)) return wire.wholeAnswerDecoder?.(request, emit) ?? null;
    return wire.streamDecoder(request, emit);
  }

  private pushToDecoder(decoder: StreamDecoder, chunk: Buffer): void {
    decoder.push(chunk);
    if (decoder.phase !== 'open') this.followDecoder(decoder);
  }

  private followDecoder(decoder: StreamDecoder): void {
    if (this.isOver()) return;
    if (decoder.phase === 'finished') {
      this.phase = 'over';
      this.owner.onStreamEnd(this, decoder);
    } else if (decoder.phase === 'failed') {
      this.failAndAbort(decoder.failure ?? invalid('the stream failed'));
    }
  }

  private answered(): void {
    const contentType = textOf(this.headers['content-type']);
    const decoded = this.wire.decodeResponse(this.request, this.takeBody(), contentType);
    this.phase = 'over';
    if (!decoded.ok) this.owner.onFailure(this, decoded.failure);
    else if (this.request.stream)
      this.owner.onFailure(this, invalid('the answer is whole, though a stream was asked for'));
    else this.owner.onAnswer(this, decoded);
  }

  private refused(): void {
    const body = this.takeBody().subarray(0, MAX_REFUSAL_BYTES);
    const { status, headers } = this;
    this.failAndAbort(
      this.connection.decodeFailure({ status, headers, body }, this.clock.epochMs()),
    );
  }

  private failAndAbort(reason: Failure): void {
    this.abort();
    this.owner.onFailure(this, reason);
  }

  private takeBody(): Buffer {
    const [first] = this.chunks;
    const body = this.chunks.length === 1 && first ? first : Buffer.concat(this.chunks);
    this.chunks = [];
    return body;
  }

  private isSuccess(): boolean {
    return this.status >= 200 && this.status < 300;
  }

  private isOver(): boolean {
    return this.phase === 'over';
  }
}

function isJson(contentType: string | undefined): boolean {
  return contentType?.startsWith('application/json') ?? false;
}

function textOf(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' ? header : undefined;
}

function invalid(internal: string): Failure {
  return failure('provider.invalid_answer', { internal });
}

/** Codes and messages of socket and protocol errors hold addresses at most. */
function describe(error: Error): string {
  const code = 'code' in error && typeof error.code === 'string' ? `${error.code} ` : '';
  return `${code}${error.message}`.slice(0, 200);
}
