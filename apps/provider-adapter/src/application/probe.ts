import { ForbiddenAddressError } from '@tollgate/outbound';
import { MAX_REFUSAL_BYTES, type RefusedAnswer } from '@tollgate/providers';
import type { Dispatcher } from 'undici';
import type { UpstreamDispatch, Upstreams } from './ports.ts';

/** A list of models may be long. */
const MOST_BYTES = 8 * 1024 * 1024;
const ENOUGH = new Error('tollgate: the probe is over');

export type ProbeAnswer =
  /** A whole answer; of one that is no 2xx the first 64 KiB. */
  | { readonly kind: 'answered'; readonly answer: RefusedAnswer }
  /** The address may not be dialled. */
  | { readonly kind: 'forbidden' }
  | { readonly kind: 'unreachable' }
  | { readonly kind: 'timed_out'; readonly status: number | null }
  /** It broke, was compressed or too large. */
  | { readonly kind: 'invalid'; readonly status: number };

/** Sends one request outside of any call and waits for all of its answer. Never rejects; redirects are answers. */
export function probe(
  upstreams: Upstreams,
  origin: string,
  request: UpstreamDispatch,
  signal: AbortSignal,
): Promise<ProbeAnswer> {
  return new Promise((resolve) => {
    const probing = new Probing((answer) => {
      signal.removeEventListener('abort', onAbort);
      resolve(answer);
    });
    const onAbort = (): void => probing.timedOut();
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) return onAbort();
    upstreams.dispatch(origin, request, probing);
  });
}

class Probing implements Dispatcher.DispatchHandler {
  private controller: Dispatcher.DispatchController | undefined;
  private status: number | null = null;
  private headers: RefusedAnswer['headers'] = {};
  private chunks: Buffer[] = [];
  private bytes = 0;
  private isOver = false;

  constructor(private readonly whenDone: (answer: ProbeAnswer) => void) {}

  timedOut(): void {
    this.cut({ kind: 'timed_out', status: this.status });
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.controller = controller;
    if (this.isOver) controller.abort(ENOUGH);
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: RefusedAnswer['headers'],
  ): void {
    if (status < 200) return;
    this.status = status;
    this.headers = headers;
    const encoding = headers['content-encoding'];
    if (encoding !== undefined && encoding !== 'identity') this.cut({ kind: 'invalid', status });
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.isOver || this.status === null) return;
    this.bytes += chunk.length;
    this.chunks.push(chunk);
    const isSuccess = this.status < 300;
    if (isSuccess && this.bytes > MOST_BYTES) this.cut({ kind: 'invalid', status: this.status });
    if (!isSuccess && this.bytes >= MAX_REFUSAL_BYTES) this.cut(this.answered(this.status));
  }

  onResponseEnd(): void {
    if (this.status !== null) this.finish(this.answered(this.status));
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    if (error instanceof ForbiddenAddressError) this.finish({ kind: 'forbidden' });
    else if (this.status === null) this.finish({ kind: 'unreachable' });
    else this.finish({ kind: 'invalid', status: this.status });
  }

  private answered(status: number): ProbeAnswer {
    const whole = Buffer.concat(this.chunks);
    const body = status < 300 ? whole : whole.subarray(0, MAX_REFUSAL_BYTES);
    return { kind: 'answered', answer: { status, headers: this.headers, body } };
  }

  private cut(answer: ProbeAnswer): void {
    this.finish(answer);
    this.controller?.abort(ENOUGH);
  }

  private finish(answer: ProbeAnswer): void {
    if (this.isOver) return;
    this.isOver = true;
    this.chunks = [];
    this.whenDone(answer);
  }
}
