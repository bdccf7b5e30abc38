import { createHash } from 'node:crypto';
import type { Choice } from '../openai/chat-answer.ts';

export interface WholeCall {
  readonly id: string;
  readonly name: string;
  /** JSON text. */
  readonly argumentsText: string;
}

export interface WholeChoice {
  readonly text: string;
  readonly calls: readonly WholeCall[];
}

/** A choice's pieces put together. */
export function wholeChoice(choice: Choice | undefined): WholeChoice {
  let text = '';
  const calls: WholeCall[] = [];
  for (const piece of choice?.pieces ?? []) {
    if (piece.kind === 'text') text += piece.text;
    else if (piece.kind === 'call')
      calls[piece.call] = { id: piece.id, name: piece.name, argumentsText: '' };
    else {
      const call = calls[piece.call];
      if (call) calls[piece.call] = { ...call, argumentsText: call.argumentsText + piece.text };
    }
  }
  return { text, calls };
}

/** The arguments as an object; empty where an output cap cut them off. */
export function argumentsOf(call: WholeCall): unknown {
  try {
    return JSON.parse(call.argumentsText);
  } catch {
    return {};
  }
}

/** Signs what a model thought or called, so that a caller who brings it back changed can be told. */
export function signatureOf(text: string): string {
  return createHash('sha256').update(`simulated:${text}`).digest('base64');
}
