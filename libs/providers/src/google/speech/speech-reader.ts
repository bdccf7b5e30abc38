import { failure, type TokenUsage } from '@tollgate/contracts';
import type { SpeechAnswer } from '@tollgate/neutral';
import type { StreamReader } from '../../chat-wire.ts';
import { candidatesOf } from '../chunk-facts.ts';
import { GoogleStream } from '../google-stream.ts';
import { blocked } from '../stream-reader.ts';
import { asSound, soundsOf, TOKENS_PER_SECOND } from './sounds.ts';
import { waveHead } from './wave-file.ts';

/** Reads what Gemini says aloud as it says it: plain samples, or a WAV file whose length is not known yet. */
export class SpeechReader extends GoogleStream implements StreamReader {
  private bytes = 0;
  private rate = 0;

  /** @param format as OpenAI names it */
  constructor(
    credential: string | null,
    private readonly format: string | undefined,
    private readonly emit: (piece: SpeechAnswer) => void,
  ) {
    super(credential);
  }

  override get usage(): TokenUsage | null {
    return asSound(this.facts.usage);
  }

  override estimateOutputTokens(): number {
    return this.rate === 0 ? 0 : Math.ceil((this.bytes / (this.rate * 2)) * TOKENS_PER_SECOND);
  }

  protected take(chunk: Readonly<Record<string, unknown>>): void {
    const { facts } = this;
    if (facts.isBlocked) return this.fail(blocked(facts.finishReason));
    for (const candidate of candidatesOf(chunk).slice(0, 1))
      for (const { bytes, rate } of soundsOf(candidate)) this.give(bytes, rate);
  }

  protected complete(): void {
    if (this.bytes === 0)
      this.fail(failure('provider.invalid_answer', { internal: 'there is no sound' }));
  }

  private give(samples: Buffer, rate: number): void {
    if (samples.length === 0) return;
    const isPlain = this.format === 'pcm';
    const isFirst = this.bytes === 0;
    if (isFirst) this.rate = rate;
    this.phase = 'open';
    this.bytes += samples.length;
    const audio = isFirst && !isPlain ? Buffer.concat([waveHead(rate), samples]) : samples;
    this.emit({ audio, mediaType: isPlain ? 'audio/pcm' : 'audio/wav' });
  }
}
