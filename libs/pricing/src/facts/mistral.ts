import type { FactsFile } from './facts-file.ts';

/** Schemas: https://docs.mistral.ai/inference/conversations/structured-output/custom.md names no model that lacks them. */
const TEXT = ['text', 'tools', 'json_schema'] as const;
/** Documents are read for the model: https://docs.mistral.ai/studio-api/document-processing/document_qna (2026-11-21). */
const VISION = [...TEXT, 'vision', 'documents'] as const;

export const MISTRAL_FACTS = {
  source: 'https://github.com/anomalyco/models.dev/tree/HEAD/models/mistral',
  asOf: '2026-11-20',
  models: [
    {
      names: ['mistral-large-latest', 'mistral-large-2512'],
      contextWindow: 262_144,
      maxOutputTokens: 262_144,
      capabilities: VISION,
    },
    {
      names: ['mistral-large-2411'],
      contextWindow: 131_072,
      maxOutputTokens: 16_384,
      capabilities: TEXT,
    },
    {
      names: ['mistral-medium-latest', 'mistral-medium-2508'],
      contextWindow: 262_144,
      maxOutputTokens: 262_144,
      capabilities: VISION,
    },
    {
      names: ['mistral-medium-3.5', 'mistral-medium-3-5', 'mistral-medium-2604'],
      contextWindow: 256_000,
      maxOutputTokens: 256_000,
      capabilities: [...VISION, 'reasoning'],
    },
    {
      names: ['mistral-small-latest', 'mistral-small-2603'],
      contextWindow: 256_000,
      maxOutputTokens: 256_000,
      capabilities: [...VISION, 'reasoning'],
    },
    {
      names: ['mistral-small-2506'],
      contextWindow: 128_000,
      maxOutputTokens: 16_384,
      capabilities: VISION,
    },
    {
      names: ['magistral-medium-latest'],
      contextWindow: 128_000,
      maxOutputTokens: 16_384,
      capabilities: ['text', 'tools', 'reasoning'],
    },
    {
      names: ['codestral-latest'],
      contextWindow: 256_000,
      maxOutputTokens: 4_096,
      capabilities: ['text', 'tools'],
    },
    {
      names: ['ministral-8b-latest'],
      contextWindow: 128_000,
      maxOutputTokens: 128_000,
      capabilities: TEXT,
    },
    {
      names: ['pixtral-12b'],
      contextWindow: 128_000,
      maxOutputTokens: 128_000,
      capabilities: VISION,
    },
    { names: ['mistral-embed'], contextWindow: 8_000, capabilities: ['embeddings'] },
  ],
} as const satisfies FactsFile;
