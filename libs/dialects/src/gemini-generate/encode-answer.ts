import type { Answer, Choice } from '@tollgate/neutral';
import type { AnswerContext } from '../chat-codec.ts';
import { CandidateNotes } from './candidate-notes.ts';
import { CANDIDATE, encodePart } from './encode-part.ts';
import { encodeUsage } from './encode-usage.ts';

/** What each chunk of an answer repeats. */
export type AnswerHead = Pick<Answer, 'id' | 'model' | 'createdAt'>;

export function encodeAnswer(answer: Answer, context: AnswerContext): Uint8Array {
  const { choices, usage, serviceTier } = answer;
  return Buffer.from(
    JSON.stringify({
      ...(choices.length > 0
        ? { candidates: choices.map(encodeCandidate) }
        : { promptFeedback: { blockReason: 'OTHER' } }),
      ...(usage ? { usageMetadata: encodeUsage(usage, serviceTier) } : {}),
      ...encodeHead(answer, context),
    }),
  );
}

export function encodeHead({ id, model, createdAt }: AnswerHead, context: AnswerContext): object {
  return {
    modelVersion: model === '' ? (context.modelAsked ?? '') : model,
    responseId: id === '' ? context.requestId : id,
    ...(createdAt === null ? {} : { createTime: new Date(createdAt * 1_000).toISOString() }),
  };
}

function encodeCandidate({ index, parts, finish, logprobs }: Choice): object {
  const notes = new CandidateNotes();
  if (logprobs) notes.noteLogprobs(logprobs);
  const encoded: object[] = [];
  for (const [number, part] of parts.entries()) {
    const pieces = encodePart(part);
    encoded.push(...pieces);
    if (part.type === 'tool-call' && pieces.length === 0)
      notes.noteMalformedCall(part.name, part.argumentsText);
    if (part.type === 'foreign' && part.wire === 'gemini' && part.name === CANDIDATE)
      notes.noteOwn(part.json);
    if (part.type !== 'text') continue;
    notes.noteText(number, part.text);
    for (const citation of part.citations ?? []) notes.cite(number, citation);
  }
  return { content: { parts: encoded, role: 'model' }, index, ...notes.encode(finish) };
}
