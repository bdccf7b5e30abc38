import { type Failure, failure } from '@tollgate/contracts';
import type { StreamDecoder } from './provider.ts';

/** How far a streamed answer has come, and why it failed: the same for every reader of streams. */
export abstract class StreamProgress {
  phase: StreamDecoder['phase'] = 'waiting';
  failure: Failure | null = null;

  /** What can still be given is given, what waits is let go: nothing is read any more. */
  protected stop(): void {}

  protected fail(reason: Failure): void {
    this.stop();
    this.phase = 'failed';
    this.failure = reason;
  }

  /** The provider broke its own rules. */
  protected failInvalid(internal: string): void {
    this.fail(failure('provider.invalid_answer', { internal }));
  }

  /** The body ended before the answer did. */
  protected failCut(internal = 'the stream ended early'): void {
    this.fail(failure('provider.interrupted', { internal }));
  }

  protected isOver(): boolean {
    return this.phase === 'finished' || this.phase === 'failed';
  }
}
