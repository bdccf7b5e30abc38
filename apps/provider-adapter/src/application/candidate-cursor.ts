import type { Candidate } from '@tollgate/contracts';

/** Where a call stands among its candidates. */
export class CandidateCursor {
  /** Undefined before the first and after the last one. */
  current: Candidate | undefined;
  /** Tries of the current one. */
  tries = 0;
  private position = -1;

  constructor(
    private readonly candidates: readonly Candidate[],
    /** Indexes in the order to try them; null: as they stand. */
    private readonly order: readonly number[] | null,
  ) {}

  get hasNext(): boolean {
    return this.at(this.position + 1) !== undefined;
  }

  next(): Candidate | undefined {
    this.tries = 0;
    this.current = this.at(++this.position);
    return this.current;
  }

  private at(position: number): Candidate | undefined {
    if (this.order === null) return this.candidates[position];
    const index = this.order[position];
    return index === undefined ? undefined : this.candidates[index];
  }
}
