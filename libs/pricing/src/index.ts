export { catalogueDate, catalogueVersion, findPrice, knownModels } from './catalogue.ts';
export {
  type Cost,
  type CostParts,
  costOf,
  recordedParts,
  type UpperBoundOptions,
  upperBoundCost,
} from './cost.ts';
export { type ModelFacts, modelFacts } from './model-facts.ts';
export { priceFromOverride } from './override-price.ts';
export type { PriceSheet, PriceSource, PriceTier, RateName, Rates } from './price-sheet.ts';
