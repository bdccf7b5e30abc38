import type { Behaviour } from '../behaviours/behaviour.ts';
import { sampleValue } from '../json-schema/sample-value.ts';
import type { ChatRequest } from './chat-request.ts';
import { promptTokensOf } from './prompt-tokens.ts';
import { answerText } from './answer-text.ts';
import { spacedJson } from './spaced-json.ts';
import { chooseTools } from './tools.ts';
import { usageOf, type Usage } from './usage.ts';
import { wordsOf } from './words.ts';

/** One token of output, one content chunk of a stream. */
export type Piece =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'call'; readonly call: number; readonly id: string; readonly name: string }
  | { readonly kind: 'arguments'; readonly call: number; readonly text: string };

export type FinishReason = 'stop' | 'length' | 'tool_calls';

export interface Choice {
  readonly pieces: readonly Piece[];
  readonly finishReason: FinishReason;
}

/** A whole answer, before it is written to a stream or in one. */
export interface ChatAnswer {
  readonly id: string;
  /** Seconds since 1970. */
  readonly created: number;
  readonly model: string;
  readonly choices: readonly Choice[];
  readonly usage: Usage;
}

/** Decides what is answered. The same request, behaviour and id give the same answer. Throws `UnusableSchema`. */
export function answerChat(
  request: ChatRequest,
  behaviour: Behaviour | undefined,
  id: string,
  created: number,
): ChatAnswer {
  const wishedReasoning = behaviour?.reasoningTokens ?? 0;
  const cap = request.maxTokens ?? Number.POSITIVE_INFINITY;
  const reasoning = Math.min(wishedReasoning, cap);
  const choices: Choice[] = [];
  for (let index = 0; index < request.choices; index += 1) {
    const whole = composeChoice(request, behaviour, id, index);
    choices.push(cutToLength(whole, cap - reasoning, wishedReasoning > cap));
  }
  const pieces = choices.reduce((sum, choice) => sum + choice.pieces.length, 0);
  const usage = usageOf(
    promptTokensOf(request.messages),
    reasoning + pieces,
    behaviour?.cachedTokens,
    reasoning,
  );
  return { id, created, model: request.model, choices, usage };
}

function composeChoice(
  request: ChatRequest,
  behaviour: Behaviour | undefined,
  id: string,
  index: number,
): Choice {
  const tools = behaviour?.text === undefined ? chooseTools(request) : [];
  if (tools.length === 0) {
    const text = stopAt(answerText(request, behaviour, index), request.stop);
    const pieces = wordsOf(text).map((word): Piece => ({ kind: 'text', text: word }));
    return { pieces, finishReason: 'stop' };
  }
  const pieces = tools.flatMap(({ name, parameters }, call): Piece[] => [
    { kind: 'call', call, id: `call_${id.slice(-12)}_${index}_${call}`, name },
    ...wordsOf(spacedJson(sampleValue(parameters))).map(
      (text): Piece => ({ kind: 'arguments', call, text }),
    ),
  ]);
  return { pieces, finishReason: 'tool_calls' };
}

function cutToLength(choice: Choice, most: number, isReasoningCut: boolean): Choice {
  if (choice.pieces.length <= most && !isReasoningCut) return choice;
  return { pieces: choice.pieces.slice(0, most), finishReason: 'length' };
}

/** The text before the first stop sequence in it. */
function stopAt(text: string, stops: readonly string[]): string {
  let end = text.length;
  for (const stop of stops) {
    const at = text.indexOf(stop);
    if (at >= 0) end = Math.min(end, at);
  }
  return text.slice(0, end);
}
