import { failure } from '@tollgate/contracts';
import { AnswerFold } from '@tollgate/neutral';
import type { DecodedAnswer, WireRequest } from '../../chat-wire.ts';
import { isRecord } from '../../json/json-value.ts';
import { parseAnswer } from '../../json/parse-answer.ts';
import { decodeResponse } from '../decode-response.ts';
import type { Quirks } from '../quirks.ts';
import { ChoiceReader } from './choice-reader.ts';
import { audioTypeOf } from './audio-type.ts';
import { decodeHead } from './decode-head.ts';
import { decodeLogprobs } from './decode-logprobs.ts';

/** Reads a whole answer as a stream of one piece, so that both give the same. */
export function decodeChatAnswer(
  body: Buffer,
  { conversation }: WireRequest,
  quirks: Quirks,
  credential: string | null,
): DecodedAnswer {
  const decoded = decodeResponse(body, quirks, credential);
  if (!decoded.ok) return decoded;
  const { facts } = decoded;
  const answer = parseAnswer(body);
  if (!answer || !Array.isArray(answer.choices))
    return { ok: false, failure: failure('provider.invalid_answer') };
  const head = decodeHead(answer);
  const fold = new AnswerFold();
  fold.push({ type: 'start', ...head });
  const choices = answer.choices.filter(isRecord);
  for (const [at, choice] of choices.entries()) {
    const reader = new ChoiceReader(at, head.id, audioTypeOf(conversation), (event) =>
      fold.push(event),
    );
    if (isRecord(choice.message)) reader.take(choice.message);
    const tokens = decodeLogprobs(choice.logprobs);
    if (tokens) fold.push({ type: 'logprobs', choice: at, tokens });
    reader.noteFinish(choice.finish_reason);
    reader.finish();
  }
  if (facts.usage) fold.push({ type: 'usage', usage: facts.usage });
  return { ok: true, answer: fold.answer(), facts };
}
