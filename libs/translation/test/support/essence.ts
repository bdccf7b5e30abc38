import type { Answer } from '@tollgate/neutral';

/** What must be the same whoever says it. */
export interface Essence {
  readonly text: string;
  readonly calls: readonly { readonly name: string; readonly input: unknown }[];
  readonly finish: string | undefined;
  readonly inputTokens: number | undefined;
  readonly cachedInputTokens: number | undefined;
  readonly outputTokens: number | undefined;
}

export function essenceOf({ choices, usage }: Answer): Essence {
  const [choice] = choices;
  const parts = choice?.parts ?? [];
  return {
    text: parts.map((part) => (part.type === 'text' ? part.text : '')).join(''),
    calls: parts
      .filter((part) => part.type === 'tool-call')
      .map(({ name, argumentsText }) => ({ name, input: inputOf(argumentsText) })),
    finish: choice?.finish.reason,
    inputTokens: usage?.inputTokens,
    cachedInputTokens: usage?.cachedInputTokens,
    outputTokens: usage?.outputTokens,
  };
}

/** Some models write nothing for no arguments, and a custom tool takes plain text. */
function inputOf(argumentsText: string): unknown {
  if (argumentsText === '') return {};
  try {
    return JSON.parse(argumentsText);
  } catch {
    return argumentsText;
  }
}

export function reasoningOf({ choices }: Answer): string {
  const parts = choices[0]?.parts ?? [];
  return parts.map((part) => (part.type === 'reasoning' ? part.text : '')).join('');
}

export function callIdsOf({ choices }: Answer): readonly string[] {
  const parts = choices[0]?.parts ?? [];
  return parts.filter((part) => part.type === 'tool-call').map(({ id }) => id);
}
