import {
  calcPrice,
  type ConditionalPrice,
  findProvider,
  type MatchLogic,
} from '@pydantic/genai-prices';
import { LRUCache } from 'lru-cache';
import { bareModelName, catalogueIdOf, type CatalogueId } from './catalogue-names.ts';
import { sheetFromCatalogue } from './catalogue-rates.ts';
import { holdsAt, type PriceCondition, readCondition } from './price-condition.ts';
import type { PriceSheet } from './price-sheet.ts';

/** The package and version that prices come from; stands in every record. A test holds it to what is installed. */
export const catalogueVersion = 'genai-prices@0.1.8';

/** The day that version was published, by the registry. */
export const catalogueDate = '2026-09-23';

/** Models that a cache remembers, known and unknown ones apart, so that made-up names push out no real one. */
const REMEMBERED = 1_000;
const LONGEST_NAME = 256;

/** A model of the catalogue, with its price lists read. */
interface CatalogueModel {
  readonly contextWindow: number | undefined;
  /** Never empty. The last one whose condition is met holds, else the first (the catalogue's own rule). */
  readonly prices: readonly DatedPrice[];
}

interface DatedPrice {
  readonly condition: PriceCondition;
  /** Undefined: cannot be charged by tokens. */
  readonly sheet: PriceSheet | undefined;
}

const known = new LRUCache<string, CatalogueModel>({ max: REMEMBERED });
const unknown = new LRUCache<string, true>({ max: REMEMBERED });

/**
 * The catalogue's price of a model at an instant (milliseconds since the epoch). Undefined where it knows none, or none
 * that tokens can be charged by; never a price of zero for want of knowledge.
 */
export function findPrice(provider: string, model: string, atMs: number): PriceSheet | undefined {
  const prices = findModel(provider, model)?.prices ?? [];
  for (let index = prices.length - 1; index > 0; index -= 1) {
    const price = prices[index];
    if (price && holdsAt(price.condition, atMs)) return price.sheet;
  }
  return prices[0]?.sheet;
}

/** The size of the model's context in tokens, as the catalogue has it. */
export function catalogueContextWindow(provider: string, model: string): number | undefined {
  return findModel(provider, model)?.contextWindow;
}

/** Names of models that the catalogue knows at a provider, sorted. What only a pattern matches is not listed. */
export function knownModels(provider: string): readonly string[] {
  const providerId = catalogueIdOf(provider);
  const models = providerId ? (findProvider({ providerId })?.models ?? []) : [];
  const names = new Set<string>();
  for (const { id, match } of models) {
    if (matches(match, id)) names.add(id);
    for (const name of exactNames(match)) names.add(name);
  }
  return [...names].sort();
}

function findModel(provider: string, model: string): CatalogueModel | undefined {
  const key = `${provider} ${model}`;
  const hit = known.get(key);
  if (hit) return hit;
  if (key.length > LONGEST_NAME || unknown.has(key)) return undefined;
  const found = lookUp(provider, model);
  if (found) known.set(key, found);
  else unknown.set(key, true);
  return found;
}

function lookUp(provider: string, model: string): CatalogueModel | undefined {
  const providerId = catalogueIdOf(provider);
  if (!providerId) return undefined;
  const info = calcPrice({}, bareModelName(provider, model), { providerId })?.model;
  if (!info) return undefined;
  const entries: readonly ConditionalPrice[] = Array.isArray(info.prices)
    ? info.prices
    : [{ prices: info.prices }];
  const prices = entries.map((entry) => ({
    condition: readCondition(entry.constraint),
    sheet: sheetFromCatalogue(catalogueVersion, entry.prices, isFree(providerId, info.id)),
  }));
  return { contextWindow: info.context_window, prices };
}

/**
 * Whether an empty price list means that the vendor charges nothing. OpenRouter's `:free` variants say so in their name;
 * OpenAI's moderation and the Gemma models on the Gemini API in the catalogue's own notes. Other empty lists are gaps
 * (e.g. OpenRouter's `google/lyria-3-pro-preview`, which is sold by the clip).
 */
function isFree(providerId: CatalogueId, modelId: string): boolean {
  return (
    modelId.endsWith(':free') ||
    (providerId === 'openai' && modelId === 'moderation') ||
    (providerId === 'google' && modelId.startsWith('gemma-'))
  );
}

function exactNames(match: MatchLogic): readonly string[] {
  if ('equals' in match) return [match.equals];
  return 'or' in match ? match.or.flatMap(exactNames) : [];
}

/** Whether a pattern that needs no regular expression matches; an id is often a family's label and no model's name. */
function matches(match: MatchLogic, name: string): boolean {
  if ('or' in match) return match.or.some((part) => matches(part, name));
  if ('and' in match) return match.and.every((part) => matches(part, name));
  if ('equals' in match) return match.equals === name;
  if ('starts_with' in match) return name.startsWith(match.starts_with);
  if ('ends_with' in match) return name.endsWith(match.ends_with);
  return false;
}
