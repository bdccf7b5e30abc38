import type { Capability } from '@tollgate/contracts';
import { catalogueContextWindow, catalogueDate, catalogueVersion } from './catalogue.ts';
import { type Vendor, vendorModelOf, withoutSnapshot } from './fact-names.ts';
import { ANTHROPIC_FACTS } from './facts/anthropic.ts';
import { DEEPSEEK_FACTS } from './facts/deepseek.ts';
import type { FactsFile, ModelEntry } from './facts/facts-file.ts';
import { GOOGLE_FACTS } from './facts/google.ts';
import { GROQ_FACTS } from './facts/groq.ts';
import { MISTRAL_FACTS } from './facts/mistral.ts';
import { OPENAI_FACTS } from './facts/openai.ts';
import { XAI_FACTS } from './facts/xai.ts';

/** What is known of a model. Null is "not known", never "none". */
export interface ModelFacts {
  /** Tokens, input and output together. */
  readonly contextWindow: number | null;
  /** Tokens. */
  readonly maxOutputTokens: number | null;
  readonly capabilities: readonly Capability[] | null;
  /** A page, or the catalogue's version. */
  readonly source: string;
  /** The day the source was read, `YYYY-MM-DD`. */
  readonly asOf: string;
}

const FILES = {
  openai: OPENAI_FACTS,
  anthropic: ANTHROPIC_FACTS,
  google: GOOGLE_FACTS,
  xai: XAI_FACTS,
  mistral: MISTRAL_FACTS,
  deepseek: DEEPSEEK_FACTS,
  groq: GROQ_FACTS,
} as const satisfies Record<Vendor, FactsFile>;

const ENTRIES: ReadonlyMap<string, { readonly file: FactsFile; readonly entry: ModelEntry }> =
  new Map(
    Object.entries<FactsFile>(FILES).flatMap(([vendor, file]) =>
      file.models.flatMap((entry) =>
        entry.names.map((name) => [`${vendor} ${name}`, { file, entry }] as const),
      ),
    ),
  );

/**
 * Facts of a model at a provider; undefined where nothing is known. The vendor's facts stand for whoever hosts the model,
 * except that a host's own context window in the catalogue goes before them. Not for the hot path: keep the answer.
 */
export function modelFacts(provider: string, model: string): ModelFacts | undefined {
  const described = describe(provider, model);
  const inCatalogue = catalogueContextWindow(provider, model) ?? null;
  if (!described) {
    if (inCatalogue === null) return undefined;
    return {
      contextWindow: inCatalogue,
      maxOutputTokens: null,
      capabilities: null,
      source: catalogueVersion,
      asOf: catalogueDate,
    };
  }
  const { file, entry, isHosted } = described;
  const own = entry.contextWindow ?? null;
  return {
    contextWindow: isHosted ? (inCatalogue ?? own) : (own ?? inCatalogue),
    maxOutputTokens: entry.maxOutputTokens ?? null,
    capabilities: entry.capabilities,
    source: entry.source ?? file.source,
    asOf: entry.asOf ?? file.asOf,
  };
}

function describe(
  provider: string,
  model: string,
): { file: FactsFile; entry: ModelEntry; isHosted: boolean } | undefined {
  const found = vendorModelOf(provider, model);
  if (!found) return undefined;
  for (const name of withoutSnapshot(found.name)) {
    const hit = ENTRIES.get(`${found.vendor} ${name}`);
    if (hit) return { ...hit, isHosted: found.vendor !== provider };
  }
  return undefined;
}
