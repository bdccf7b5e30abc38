/**
 * Fields of blocks and tools that have no neutral meaning. They stand in the conversation's `others` by their path, so
 * that every other wire names what it leaves out; the values are pairs of a number and what was written. The number
 * counts parts (through all messages in order, a part before those inside it) or tools, from 0, and lets Anthropic's own
 * wire put them back.
 */
export class Extras {
  readonly byPath: Record<string, (readonly [number, unknown])[]> = {};

  /** Notes the fields of an object that are not known. Null is as good as left out. */
  note(
    path: string,
    at: number,
    fields: Readonly<Record<string, unknown>>,
    known: ReadonlySet<string>,
  ): void {
    for (const [key, value] of Object.entries(fields)) {
      if (!known.has(key) && value !== null)
        (this.byPath[`${path}.${key}`] ??= []).push([at, value]);
    }
  }
}
