import { type Failure, failure } from '@tollgate/contracts';
import type { EmitEvent } from '@tollgate/neutral';
import type { StreamReader } from '../chat-wire.ts';
import { AnswerReader } from './answer-reader.ts';
import { GoogleStream } from './google-stream.ts';

/** Reads a stream of Google's as neutral events. */
export class GoogleStreamReader extends GoogleStream implements StreamReader {
  private readonly answer: AnswerReader;

  constructor(credential: string | null, seed: string, emit: EmitEvent) {
    super(credential);
    this.answer = new AnswerReader(seed, emit);
  }

  protected take(chunk: Readonly<Record<string, unknown>>): void {
    const { facts } = this;
    if (facts.isBlocked) return this.fail(blocked(facts.finishReason));
    if (facts.hasCandidates()) this.phase = 'open';
    this.answer.read(chunk);
  }

  protected complete(): void {
    this.answer.end(this.facts.usage);
  }
}

/** Google refused the prompt, for a reason that is a word of its own. */
export function blocked(reason: string | null): Failure {
  return failure('provider.content_filtered', { internal: `the prompt was blocked: ${reason}` });
}
