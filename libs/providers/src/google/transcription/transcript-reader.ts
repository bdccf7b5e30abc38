import { failure } from '@tollgate/contracts';
import type { StreamReader } from '../../chat-wire.ts';
import { candidatesOf, partsOf } from '../chunk-facts.ts';
import { GoogleStream } from '../google-stream.ts';
import { blocked } from '../stream-reader.ts';

/** Reads the text of a recording as Gemini writes it. */
export class TranscriptReader extends GoogleStream implements StreamReader {
  /** Blanks at either end are not told: a whole answer has none. */
  private blanks = '';

  constructor(
    credential: string | null,
    private readonly emit: (text: string) => void,
  ) {
    super(credential);
  }

  protected take(chunk: Readonly<Record<string, unknown>>): void {
    const { facts } = this;
    if (facts.isBlocked) return this.fail(blocked(facts.finishReason));
    const [candidate] = candidatesOf(chunk);
    const text = this.blanks + (candidate ? textOf(candidate) : '');
    const said = this.phase === 'open' ? text.trimEnd() : text.trim();
    if (said === '') {
      if (this.phase === 'open') this.blanks = text;
      return;
    }
    this.blanks = text.slice(text.trimEnd().length);
    this.phase = 'open';
    this.emit(said);
  }

  protected complete(): void {
    const { finishReason } = this.facts;
    if (!isCut(finishReason)) return;
    const internal = `the text was cut (${finishReason})`;
    this.fail(failure('provider.invalid_answer', { internal }));
  }
}

/** What a candidate says, without what it thought. */
export function textOf(candidate: Readonly<Record<string, unknown>>): string {
  return partsOf(candidate)
    .map(({ text, thought }) => (typeof text === 'string' && thought !== true ? text : ''))
    .join('');
}

/** A text that ends otherwise than by its end is not what was said. */
export function isCut(finishReason: string | null): boolean {
  return finishReason !== null && finishReason !== 'STOP';
}
