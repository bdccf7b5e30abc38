/** What a client saw of one request. */
export interface Seen {
  readonly status: number;
  /** `x-tollgate-request-id`; null when there was no answer. */
  readonly requestId: string | null;
  readonly ms: number;
  /** The whole body arrived. */
  readonly isComplete: boolean;
  readonly code: string | null;
}

export interface TrafficOptions {
  /** Asked before each request: a gateway may come back under the same address. */
  readonly url: () => string;
  readonly apiKey: string;
  readonly model: string;
  readonly clients: number;
}

/** Clients that send one request after the other until they are told to stop, and remember what they saw. */
export class Traffic {
  readonly seen: Seen[] = [];
  private readonly options: TrafficOptions;
  private isStopped = false;
  private readonly clients: Promise<void>[];

  constructor(options: TrafficOptions) {
    this.options = options;
    this.clients = Array.from({ length: options.clients }, () => this.client());
  }

  async stop(): Promise<readonly Seen[]> {
    this.isStopped = true;
    await Promise.all(this.clients);
    return this.seen;
  }

  /** Ids of requests that were answered with 200, to the end. */
  answered(): readonly string[] {
    return this.seen.flatMap((one) =>
      one.status === 200 && one.isComplete && one.requestId ? [one.requestId] : [],
    );
  }

  private async client(): Promise<void> {
    while (!this.isStopped) {
      const seen = await this.send();
      this.seen.push(seen);
      if (seen.status !== 200) await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  private async send(): Promise<Seen> {
    const began = performance.now();
    const elapsed = (): number => performance.now() - began;
    let status = 0;
    let requestId: string | null = null;
    try {
      const response = await fetch(`${this.options.url()}/v1/chat/completions`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${this.options.apiKey}`,
          'content-type': 'application/json',
        },
        body: JSON.stringify({
          model: this.options.model,
          messages: [{ role: 'user', content: 'Hello' }],
        }),
        signal: AbortSignal.timeout(30_000),
      });
      status = response.status;
      requestId = response.headers.get('x-tollgate-request-id');
      const body = (await response.json()) as { readonly error?: { readonly code?: string } };
      return { status, requestId, ms: elapsed(), isComplete: true, code: body.error?.code ?? null };
    } catch {
      return { status, requestId, ms: elapsed(), isComplete: false, code: null };
    }
  }
}
