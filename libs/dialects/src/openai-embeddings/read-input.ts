import type { EmbeddingInput } from '@tollgate/neutral';
import { type FieldProblem, isObject } from '../chat/fields.ts';

const PROBLEM: FieldProblem = {
  param: 'input',
  message: '"input" must be a non-empty string, or a non-empty array of strings or of tokens.',
};

export function checkInput(input: unknown): FieldProblem | null {
  if (typeof input === 'string') return input === '' ? PROBLEM : null;
  if (!Array.isArray(input) || input.length === 0) return PROBLEM;
  const [first] = input;
  const isOfOneKind = input.every((item) =>
    Array.isArray(first) ? isTokens(item) : typeof item === typeof first,
  );
  const isKnown = ['string', 'number'].includes(typeof first) || Array.isArray(first);
  return isOfOneKind && (isKnown || isObject(first)) ? null : PROBLEM;
}

/** @param input as `checkInput` lets it in; what is neither text nor tokens answers undefined */
export function decodeInput(input: unknown): readonly EmbeddingInput[] | undefined {
  if (typeof input === 'string') return [{ kind: 'text', text: input }];
  if (isTokens(input)) return [{ kind: 'tokens', tokens: input }];
  if (!Array.isArray(input)) return undefined;
  const inputs: EmbeddingInput[] = [];
  for (const item of input) {
    if (typeof item === 'string') inputs.push({ kind: 'text', text: item });
    else if (isTokens(item)) inputs.push({ kind: 'tokens', tokens: item });
    else return undefined;
  }
  return inputs;
}

function isTokens(value: unknown): value is readonly number[] {
  return (
    Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === 'number')
  );
}
