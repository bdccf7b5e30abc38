import { NO_USAGE, type PicoUsd, type TokenUsage } from '@tollgate/contracts';
import { costOf, type PriceSheet, recordedParts } from '@tollgate/pricing';

/** What one attempt cost, and by which prices. Together the parts are the cost. */
export interface Charge {
  readonly costPicoUsd: PicoUsd;
  readonly parts: Readonly<Record<ChargePart, PicoUsd>>;
  readonly priceVersion: string;
  /** No price is known: the cost is 0 for want of knowledge. */
  readonly unpriced: boolean;
}

export type ChargePart = 'input' | 'cachedInput' | 'cacheWrite' | 'output';

const NO_PARTS: Charge['parts'] = { input: 0n, cachedInput: 0n, cacheWrite: 0n, output: 0n };

/** Nothing was used. */
export const NO_CHARGE: Charge = {
  costPicoUsd: 0n,
  parts: NO_PARTS,
  priceVersion: '',
  unpriced: false,
};

/** @param reported what the provider itself says it charged; it wins where the price is not the operator's own */
export function chargeFor(
  price: PriceSheet | undefined,
  usage: TokenUsage,
  reported: PicoUsd | null,
): Charge {
  if (reported !== null && price?.source !== 'connection')
    return chargeReported(price, usage, reported);
  if (!price) return { ...NO_CHARGE, unpriced: true };
  const cost = costOf(price, usage);
  return {
    costPicoUsd: cost.totalPicoUsd,
    parts: recordedParts(cost.parts),
    priceVersion: price.version,
    unpriced: false,
  };
}

/** Shares the reported cost out as the catalogue would; what the shares leave over is the output's. */
function chargeReported(
  price: PriceSheet | undefined,
  usage: TokenUsage,
  reported: PicoUsd,
): Charge {
  const known = price ? costOf(price, usage) : undefined;
  const total = known?.totalPicoUsd ?? 0n;
  const own = known && total > 0n ? recordedParts(known.parts) : NO_PARTS;
  const share = (part: ChargePart): PicoUsd => (total > 0n ? (own[part] * reported) / total : 0n);
  const input = share('input');
  const cachedInput = share('cachedInput');
  const cacheWrite = share('cacheWrite');
  const output = reported - input - cachedInput - cacheWrite;
  return {
    costPicoUsd: reported,
    parts: { input, cachedInput, cacheWrite, output },
    priceVersion: 'reported',
    unpriced: false,
  };
}

/** What is charged when the provider never said: the prompt as estimated at admission, and what was relayed. */
export function estimatedUsage(inputTokens: number, outputTokens: number): TokenUsage {
  const whole = (tokens: number): number => Math.max(0, Math.ceil(tokens)) || 0;
  return { ...NO_USAGE, inputTokens: whole(inputTokens), outputTokens: whole(outputTokens) };
}

/** Both together, under the later one's prices. */
export function addCharges(a: Charge, b: Charge): Charge {
  return {
    costPicoUsd: a.costPicoUsd + b.costPicoUsd,
    parts: {
      input: a.parts.input + b.parts.input,
      cachedInput: a.parts.cachedInput + b.parts.cachedInput,
      cacheWrite: a.parts.cacheWrite + b.parts.cacheWrite,
      output: a.parts.output + b.parts.output,
    },
    priceVersion: b.priceVersion,
    unpriced: a.unpriced || b.unpriced,
  };
}
