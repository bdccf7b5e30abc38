import type { EmbeddingInput, Losses } from '@tollgate/neutral';

/** The text of an input, for wires that embed nothing else; parts of text are joined, and that is told. */
export function plainText(input: EmbeddingInput, losses: Losses): string {
  if (input.kind === 'text') return input.text;
  if (input.kind === 'tokens' || input.parts.some(({ type }) => type !== 'text')) {
    losses.refuse('input');
    return '';
  }
  if (input.parts.length > 1) losses.adapt('input');
  return input.parts.map((part) => (part.type === 'text' ? part.text : '')).join('\n');
}
