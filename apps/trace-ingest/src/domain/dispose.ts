/** A line that can never be stored. */
export interface DeadLine {
  /** Index of the message that brought it. */
  readonly message: number;
  readonly text: string;
  readonly reason: string;
}

/** What becomes of a message, as `Disposition` of the bus has it. */
export type Fate =
  | { readonly kind: 'done' }
  | { readonly kind: 'dead'; readonly reason: string; readonly lines: readonly string[] };

/** A message without dead lines is done; of one with some these are parked, the others are stored. */
export function dispose(messages: number, dead: readonly DeadLine[]): readonly Fate[] {
  const fates = Array.from({ length: messages }, (): Fate => ({ kind: 'done' }));
  for (const { message, text, reason } of dead) {
    const former = fates[message];
    fates[message] =
      former?.kind === 'dead'
        ? { ...former, lines: [...former.lines, text] }
        : { kind: 'dead', reason, lines: [text] };
  }
  return fates;
}
