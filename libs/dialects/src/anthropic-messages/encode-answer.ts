import { NO_USAGE, type TokenUsage } from '@tollgate/contracts';
import type { Answer } from '@tollgate/neutral';
import type { AnswerContext } from '../chat-codec.ts';
import { encodeBlocks } from './encode-blocks.ts';
import { encodeFinish } from './encode-finish.ts';
import { encodeUsage } from './encode-usage.ts';

/** A whole message. Anthropic knows one answer only: of several the first stands here. */
export function encodeAnswer(answer: Answer, context: AnswerContext): Uint8Array {
  const [choice] = answer.choices;
  const finish = choice?.finish ?? { reason: 'other', raw: null };
  const message = {
    ...encodeHead(answer, context, answer.usage),
    content: (choice?.parts ?? []).flatMap(encodeBlocks),
    ...encodeFinish(finish),
  };
  return Buffer.from(JSON.stringify(message));
}

/** A message that has no content yet, as a stream begins. */
export function encodeHead(
  { id, model, serviceTier }: Pick<Answer, 'id' | 'model' | 'serviceTier'>,
  { requestId, modelAsked }: AnswerContext,
  usage: TokenUsage | null,
): Readonly<Record<string, unknown>> {
  return {
    id: id === '' ? `msg_${requestId.replace(/^req_/, '')}` : id,
    type: 'message',
    role: 'assistant',
    model: model === '' ? (modelAsked ?? '') : model,
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage: {
      ...encodeUsage(usage ?? NO_USAGE),
      ...(serviceTier === undefined ? {} : { service_tier: serviceTier }),
    },
  };
}
