import { type Failure, failure } from '@tollgate/contracts';
import type { Emit, StreamDecoder } from '../provider.ts';
import { type AudioFormat, estimateAudioTokens } from './audio-format.ts';

/** Hands sound on as it comes: its end is the end of the body. */
export class SoundRelay implements StreamDecoder {
  phase: StreamDecoder['phase'] = 'waiting';
  failure: Failure | null = null;
  readonly tail = new Uint8Array(0);
  /** It says nothing but what sounds. */
  readonly usage = null;
  readonly reportedCostPicoUsd = null;
  readonly finishReason = null;
  private bytes = 0;

  constructor(
    readonly contentType: string,
    private readonly format: AudioFormat,
    private readonly emit: Emit,
  ) {}

  push(chunk: Buffer): void {
    if (chunk.length === 0) return;
    this.phase = 'open';
    this.bytes += chunk.length;
    this.emit(chunk);
  }

  end(): void {
    if (this.bytes > 0) {
      this.phase = 'finished';
      return;
    }
    this.phase = 'failed';
    this.failure = failure('provider.invalid_answer', { internal: 'there is no sound' });
  }

  estimateOutputTokens(): number {
    return estimateAudioTokens(this.bytes, this.format);
  }
}
