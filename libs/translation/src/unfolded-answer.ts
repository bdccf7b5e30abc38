import { type Failure, type Result, succeed } from '@tollgate/contracts';
import { type EmitEvent, unfoldAnswer } from '@tollgate/neutral';
import type { AnswerFacts, DecodedAnswer } from '@tollgate/providers';
import { WholeReader } from './whole-reader.ts';

/** Reads a whole answer of a conversation where a stream was asked for, as the events that it would have come in. */
export class UnfoldedAnswer extends WholeReader {
  constructor(decode: (body: Buffer) => DecodedAnswer, emit: EmitEvent) {
    super((body): Result<AnswerFacts, Failure> => {
      const decoded = decode(body);
      if (!decoded.ok) return decoded;
      unfoldAnswer(decoded.answer, emit);
      return succeed(decoded.facts);
    });
  }
}
