import type { Answer } from '@tollgate/neutral';
import type { DecodedAnswer } from '../chat-wire.ts';
import { isRecord } from '../json/json-value.ts';
import { decodeBlock } from './decode-blocks.ts';
import { decodeFinish } from './decode-finish.ts';
import { readMessage } from './decode-response.ts';

/**
 * A whole message as an answer of one choice.
 * @param custom the names of tools that take free text
 */
export function decodeAnswer(
  body: Buffer,
  credential: string | null,
  custom: ReadonlySet<string>,
): DecodedAnswer {
  const read = readMessage(body, credential);
  if (!read.ok) return read;
  const { message, facts } = read;
  const parts = message.content.filter(isRecord).map((block) => decodeBlock(block, custom));
  const finish = decodeFinish(message);
  const answer: Answer = {
    ...decodeHead(message),
    choices: [{ index: 0, parts, finish }],
    usage: facts.usage,
  };
  return { ok: true, answer, facts };
}

export function decodeHead(
  message: Readonly<Record<string, unknown>>,
): Pick<Answer, 'id' | 'model' | 'createdAt' | 'serviceTier'> {
  const { id, model, usage } = message;
  const tier = isRecord(usage) ? usage.service_tier : undefined;
  return {
    id: typeof id === 'string' ? id : '',
    model: typeof model === 'string' ? model : '',
    createdAt: null,
    ...(typeof tier === 'string' ? { serviceTier: tier } : {}),
  };
}
