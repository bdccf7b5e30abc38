import type { CallHeader, PicoUsd, TokenUsage } from '@tollgate/contracts';
import { type PriceSheet, upperBoundCost } from '@tollgate/pricing';

/** What a continuation must stay within. */
export interface ContinuationBounds {
  /** What the request drew on its budgets; null where it has none. */
  readonly draw: CallHeader['draw'];
  /** The most that the whole answer was to have, in tokens; null for no limit. */
  readonly limit: number | null;
  /** What the attempts so far used and cost. */
  readonly used: TokenUsage;
  readonly spentPicoUsd: PicoUsd;
  /** The most input tokens that the request may have. */
  readonly requestTokens: number;
  /** The next candidate's; undefined where none is known. */
  readonly price: PriceSheet | undefined;
}

export type ContinuationRoom =
  | { readonly hasRoom: true /** Null for no limit. */; readonly outputCap: number | null }
  | { readonly hasRoom: false };

const NO_ROOM: ContinuationRoom = { hasRoom: false };

/**
 * How much the next candidate may still say. The prompt and what was said are paid for again; where the request drew on a
 * budget, all attempts together must stay within what it drew.
 */
export function continuationRoom(bounds: ContinuationBounds): ContinuationRoom {
  const { draw, limit, used, spentPicoUsd, requestTokens, price } = bounds;
  const left = limit === null ? null : limit - used.outputTokens;
  if (left !== null && left < 1) return NO_ROOM;
  if (draw === null) return { hasRoom: true, outputCap: left };
  const input = requestTokens + used.outputTokens;
  const tokens = draw.amounts.tokens - used.inputTokens - used.outputTokens - input;
  const outputCap = Math.min(tokens, left ?? tokens);
  if (outputCap < 1) return NO_ROOM;
  const drawn = BigInt(draw.amounts.costPicoUsd);
  if (drawn === 0n) return { hasRoom: true, outputCap };
  if (!price || spentPicoUsd + upperBoundCost(price, input, outputCap) > drawn) return NO_ROOM;
  return { hasRoom: true, outputCap };
}
