import type { Failure } from '@tollgate/contracts';
import { type Dialect, GeminiJsonArray } from '@tollgate/dialects';
import type { AnswerHead, ClientAnswer } from '../../application/ports.ts';
import type { RateView } from '../../domain/grants/rate-view.ts';
import type { HttpAnswer } from './http-answer.ts';

const NEWLINE = 0x0a;
const RETURN = 0x0d;

/** A streamed answer as Google gives it without `alt=sse`: one JSON array, element by element. */
export class JsonArrayAnswer implements ClientAnswer {
  private readonly array = new GeminiJsonArray();
  /** Of an event whose end has not come. */
  private rest: Uint8Array = new Uint8Array(0);

  constructor(
    private readonly answer: HttpAnswer,
    private readonly dialect: Dialect,
  ) {}

  sendWhole(head: AnswerHead, body: Uint8Array): void {
    this.answer.sendWhole(head, body);
  }

  begin(head: AnswerHead): void {
    this.answer.begin({ ...head, contentType: 'application/json; charset=UTF-8' });
  }

  write(bytes: Uint8Array): boolean {
    const all = this.rest.length > 0 ? Buffer.concat([this.rest, bytes]) : Buffer.from(bytes);
    const end = endOfEvents(all);
    this.rest = all.subarray(end);
    return this.answer.write(this.array.push(all.subarray(0, end)));
  }

  end(): void {
    this.answer.write(this.array.end());
    this.answer.end();
  }

  refuse(failure: Failure, rates: readonly RateView[]): void {
    this.answer.refuse(failure, rates);
  }

  /** The failure is the last element. */
  interrupt(failure: Failure): void {
    const event = this.dialect.renderStreamFailure(failure, { requestId: this.answer.requestId });
    this.answer.write(this.array.push(Buffer.from(event)));
    this.end();
  }
}

/** Where the last whole event ends; 0 when none does. */
function endOfEvents(bytes: Uint8Array): number {
  for (let at = bytes.length; at >= 2; at--) {
    if (bytes[at - 1] !== NEWLINE) continue;
    if (bytes[at - 2] === NEWLINE) return at;
    if (bytes[at - 2] === RETURN && bytes[at - 3] === NEWLINE) return at;
  }
  return 0;
}
