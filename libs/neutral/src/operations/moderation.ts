import type { ImagePart, TextPart } from '../parts.ts';

/** A request to judge texts and pictures, whoever speaks. */
export interface ModerationRequest {
  /** Each is judged on its own. */
  readonly inputs: readonly (readonly (TextPart | ImagePart)[])[];
  /** Fields of the client's that have no neutral meaning, by the client's names. */
  readonly others: Readonly<Record<string, unknown>>;
}

/** What was found of one input. Categories are the provider's own: no two vendors have the same. */
export interface ModerationFinding {
  readonly categories: Readonly<Record<string, boolean>>;
  /** From 0 to 1, by category. */
  readonly scores: Readonly<Record<string, number>>;
  /** Which kinds of input a category was judged by, where the provider says. */
  readonly inputTypes?: Readonly<Record<string, readonly string[]>>;
}

export interface ModerationAnswer {
  readonly id: string;
  readonly model: string;
  readonly findings: readonly ModerationFinding[];
}
