/** How a link behaves. */
export type LinkConditions =
  | { readonly kind: 'open' }
  | { readonly kind: 'slow'; readonly latencyMs: number; readonly bytesPerSecond: number }
  /** Connections stay, bytes do not pass; they come later, as after a partition. */
  | { readonly kind: 'cut-off' };

export const OPEN: LinkConditions = { kind: 'open' };
