import { z } from 'zod';

/** By what a limit may tell requests of its owner apart. */
export const REQUEST_SCOPES = ['end_user', 'tag', 'provider', 'model'] as const;
export const requestScope = z.enum(REQUEST_SCOPES);
export type RequestScope = z.infer<typeof requestScope>;

/** Which requests of its owner a limit counts. */
export const selector = z.object({
  by: requestScope,
  /** The metadata entry whose values are told apart; with `tag`, and with it alone. */
  tag: z.string().optional(),
  /**
   * The one value that is limited; null: each value has the limit for itself. A provider is a
   * connection, by id or name, or a vendor's slug for all of its connections; a model is the name that the provider knows, or
   * `slug/name`.
   */
  match: z.string().nullable(),
});
export type Selector = z.infer<typeof selector>;

/** The requests that a quota counts, once it is known which: those of one value. Missing on a quota: all of its owner's. */
export const counted = z.object({
  by: requestScope,
  tag: z.string().optional(),
  /** Cut to `MAX_COUNTED_CHARS`, which the quota's id is not. */
  value: z.string(),
});
export type Counted = z.infer<typeof counted>;

/** Longer values are told apart by their hash, and shown by their beginning. */
export const MAX_COUNTED_CHARS = 200;
