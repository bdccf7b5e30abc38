import type { FactsFile } from './facts-file.ts';

/**
 * No schemas: the API offers JSON mode only (https://www.developersdigest.tech/blog/structured-outputs-across-ai-apis-2026,
 * 2026-10-18), though the source says otherwise of the V4 models.
 */
export const DEEPSEEK_FACTS = {
  source: 'https://github.com/anomalyco/models.dev/tree/HEAD/models/deepseek',
  asOf: '2026-11-20',
  models: [
    {
      names: ['deepseek-v4-flash', 'deepseek-v4-pro', 'deepseek-reasoner'],
      contextWindow: 1_000_000,
      maxOutputTokens: 384_000,
      capabilities: ['text', 'tools', 'reasoning'],
    },
    {
      names: ['deepseek-chat'],
      contextWindow: 1_000_000,
      maxOutputTokens: 384_000,
      capabilities: ['text', 'tools'],
    },
  ],
} as const satisfies FactsFile;
