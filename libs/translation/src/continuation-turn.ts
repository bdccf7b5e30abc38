import type { ProviderSlug } from '@tollgate/contracts';
import type { Conversation, Message } from '@tollgate/neutral';

/** How a model is told to go on with what another one began. */
export interface ContinuationTurn {
  readonly messages: readonly Message[];
  /** The text ended in blanks that the model was not shown: those that it begins with are the same again. */
  readonly dropsLeadingBlanks: boolean;
}

/**
 * Claude goes on with an assistant's message that stands last, up to 4.5; later ones refuse it
 * (platform.claude.com/docs/en/about-claude/models/whats-new-claude-4-6, 2026-11).
 */
const TAKES_PREFILL = /claude-(?:3|(?:opus|sonnet|haiku)-4(?:-(?:[015]|20\d{6}))?(?!\d|-[6-9]))/;
const PREFILLED: ReadonlySet<ProviderSlug> = new Set(['anthropic', 'bedrock']);

const INSTRUCTION =
  'Your answer was cut off here. Go on with it exactly where it stops, with the very next character. ' +
  'Repeat nothing of it, and do not say that you go on.';

/** The conversation with the beginning of its answer handed over: as a prefill where the model takes one, else by an instruction. */
export function continuationTurn(
  { messages }: Conversation,
  said: string,
  provider: string,
  model: string,
): ContinuationTurn {
  if (said === '') return { messages, dropsLeadingBlanks: false };
  const isPrefilled = [...PREFILLED].some((one) => one === provider) && TAKES_PREFILL.test(model);
  if (!isPrefilled)
    return {
      messages: [...messages, spoken('assistant', said), spoken('user', INSTRUCTION)],
      dropsLeadingBlanks: false,
    };
  // Anthropic refuses a prefill that ends in blanks.
  const shown = said.trimEnd();
  if (shown === '') return { messages, dropsLeadingBlanks: true };
  return {
    messages: [...messages, spoken('assistant', shown)],
    dropsLeadingBlanks: shown.length < said.length,
  };
}

function spoken(role: 'assistant' | 'user', text: string): Message {
  return { role, parts: [{ type: 'text', text }] };
}
