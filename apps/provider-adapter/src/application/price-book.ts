import type { Candidate, PriceOverride } from '@tollgate/contracts';
import { findPrice, type PriceSheet, priceFromOverride } from '@tollgate/pricing';

/** Candidates belong to a plan that serves many calls, so an operator's price is read once for each. */
const overrides = new WeakMap<Candidate, PriceSheet | null>();

/** What a call to the candidate is charged at, at an instant (milliseconds since the epoch); undefined when unknown. */
export function priceOf(candidate: Candidate, atMs: number): PriceSheet | undefined {
  if (candidate.priceOverride === null) return findPrice(candidate.provider, candidate.model, atMs);
  const known = overrides.get(candidate);
  if (known !== undefined) return known ?? undefined;
  const sheet = readOverride(candidate.priceOverride, candidate.priceSource);
  overrides.set(candidate, sheet);
  return sheet ?? undefined;
}

/** Null for what is no price: it was not validated where it entered, and the call is unpriced rather than lost. */
function readOverride(
  override: PriceOverride,
  source: Candidate['priceSource'],
): PriceSheet | null {
  try {
    return priceFromOverride(override, source);
  } catch {
    return null;
  }
}
