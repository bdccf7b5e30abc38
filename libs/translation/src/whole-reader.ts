import {
  failure,
  type Failure,
  type PicoUsd,
  type Result,
  type TokenUsage,
} from '@tollgate/contracts';
import { type AnswerFacts, MAX_ANSWER_BYTES, type StreamReader } from '@tollgate/providers';

/** Reads a whole answer where a stream was asked for: told once all of it is there. */
export class WholeReader implements StreamReader {
  phase: StreamReader['phase'] = 'waiting';
  failure: Failure | null = null;
  private facts: AnswerFacts | null = null;
  private chunks: Buffer[] = [];
  private bytes = 0;

  /** @param decode tells what the body says, and gives its facts */
  constructor(private readonly decode: (body: Buffer) => Result<AnswerFacts, Failure>) {}

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
    this.facts = decoded.value;
    this.phase = 'finished';
  }

  private fail(reason: Failure): void {
    this.phase = 'failed';
    this.failure = reason;
    this.chunks = [];
  }
}
