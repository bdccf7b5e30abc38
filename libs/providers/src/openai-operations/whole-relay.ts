import { failure, type Failure, type PicoUsd, type TokenUsage } from '@tollgate/contracts';
import { MAX_ANSWER_BYTES } from '../limits.ts';
import type { AnswerFacts, DecodedResponse, StreamDecoder } from '../provider.ts';

const NOTHING = new Uint8Array(0);

/**
 * A whole answer where a stream was asked for: some models know no streams, and their vendor takes no notice of the wish
 * (`whisper-1`). It goes on as the whole answer that it is, as the vendor's own clients get it.
 */
export class WholeRelay implements StreamDecoder {
  phase: StreamDecoder['phase'] = 'waiting';
  failure: Failure | null = null;
  tail: Uint8Array = NOTHING;
  contentType: string | undefined;
  private facts: AnswerFacts | null = null;
  private chunks: Buffer[] = [];
  private bytes = 0;

  constructor(private readonly decode: (body: Buffer) => DecodedResponse) {}

  get usage(): TokenUsage | null {
    return this.facts?.usage ?? null;
  }

  get reportedCostPicoUsd(): PicoUsd | null {
    return this.facts?.reportedCostPicoUsd ?? null;
  }

  get finishReason(): string | null {
    return this.facts?.finishReason ?? null;
  }

  estimateOutputTokens(): number {
    return this.facts?.estimateOutputTokens() ?? 0;
  }

  push(chunk: Buffer): void {
    if (this.phase !== 'waiting') return;
    this.chunks.push(chunk);
    this.bytes += chunk.length;
    if (this.bytes > MAX_ANSWER_BYTES)
      this.fail(failure('provider.invalid_answer', { internal: 'the answer is too large' }));
  }

  end(): void {
    if (this.phase !== 'waiting') return;
    const decoded = this.decode(Buffer.concat(this.chunks));
    this.chunks = [];
    if (!decoded.ok) return this.fail(decoded.failure);
    this.facts = decoded.facts;
    this.contentType = decoded.contentType ?? 'application/json';
    this.tail = decoded.body;
    this.phase = 'finished';
  }

  private fail(reason: Failure): void {
    this.phase = 'failed';
    this.failure = reason;
    this.chunks = [];
  }
}
