import type { Capability, RouteTarget } from '@tollgate/contracts';
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
  /** The connection's own price, else the catalogue's at that time; null when there is neither. */
  appraise(target: RouteTarget, atMs: number): Appraisal | null;
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
  appraise(target, atMs) {
    const sheet = target.price
      ? priceFromOverride(target.price)
      : findPrice(target.provider, target.model, atMs);
    return sheet ? appraisalOf(sheet) : null;
  },
};

/** By the price of small requests. */
function appraisalOf({ version, base }: PriceSheet): Appraisal {
  return { version, inputPerMTok: base.rates.input, outputPerMTok: base.rates.output };
}
