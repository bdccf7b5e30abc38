import type { Capability, PriceOverride, RouteTarget } from '@tollgate/contracts';
import { findPrice, modelFacts, type PriceSheet, priceFromOverride } from '@tollgate/pricing';
import type { Appraisal } from '../domain/candidate-view.ts';

export interface KnownFacts {
  readonly capabilities: readonly Capability[] | null;
  readonly contextWindow: number | null;
  readonly maxOutputTokens: number | null;
}

/** What is known of models, apart from what is seen of them. */
export interface ModelKnowledge {
  facts(provider: RouteTarget['provider'], model: string): KnownFacts | null;
  /**
   * The connection's own price, else the catalogue's at that time, else the policy's for models without one; null when
   * there is none. What the operator's connections charge is no matter of a policy.
   */
  appraise(
    target: RouteTarget,
    atMs: number,
    defaultPrice: PriceOverride | undefined,
  ): Appraisal | null;
}

/** Facts and prices from the catalogue. */
export const catalogueKnowledge: ModelKnowledge = {
  facts(provider, model) {
    const facts = modelFacts(provider, model);
    if (!facts) return null;
    return {
      capabilities: facts.capabilities?.length ? facts.capabilities : null,
      contextWindow: facts.contextWindow ?? null,
      maxOutputTokens: facts.maxOutputTokens ?? null,
    };
  },
  appraise(target, atMs, defaultPrice) {
    const sheet = target.price
      ? priceFromOverride(target.price)
      : findPrice(target.provider, target.model, atMs);
    if (sheet) return appraisalOf(sheet);
    if (!defaultPrice || target.access === 'platform') return null;
    return { ...appraisalOf(priceFromOverride(defaultPrice, 'default')), defaultPrice };
  },
};

/** By the price of small requests. */
function appraisalOf({ version, base }: PriceSheet): Appraisal {
  return { version, inputPerMTok: base.rates.input, outputPerMTok: base.rates.output };
}
