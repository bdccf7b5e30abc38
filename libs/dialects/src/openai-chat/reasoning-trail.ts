import type { ReasoningPart } from '@tollgate/neutral';
import { encodeReasoningDetails } from './reasoning-details.ts';

type Fields = Readonly<Record<string, unknown>>;

/**
 * Tells when `reasoning_details` are needed beside the plain `reasoning_content`: from the first part on that bears
 * something to bring back. Parts before it are told then, so that the list is whole.
 */
export class ReasoningTrail {
  private readonly waiting: ReasoningPart[] = [];
  private told = 0;

  /** The details that are due now that this part is complete. */
  add(part: ReasoningPart): Fields[] {
    this.waiting.push(part);
    if (this.told === 0 && !bearsMore(part)) return [];
    const due = this.waiting.splice(0);
    return due.flatMap((each) => encodeReasoningDetails(each, this.told++));
  }
}

function bearsMore({ signature, isRedacted, id }: ReasoningPart): boolean {
  return signature !== undefined || isRedacted === true || id !== undefined;
}
