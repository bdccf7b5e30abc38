import type { FactsFile } from './facts-file.ts';

const TEXT = ['text', 'vision', 'documents', 'tools'] as const;
const THINKING = [...TEXT, 'reasoning'] as const;
/**
 * Schemas are enforced from Opus 4.1 and Sonnet 4.5 on
 * (https://milvus.io/ai-quick-reference/does-claude-opus-45-support-structured-outputs-and-json-mode-reliably), by all
 * current models on 2026-10-18 (https://www.developersdigest.tech/blog/structured-outputs-across-ai-apis-2026); seen in
 * recorded answers of Haiku 4.5, Sonnet 4.5 and Opus 4.6.
 */
const CURRENT = [...THINKING, 'json_schema'] as const;

export const ANTHROPIC_FACTS = {
  source: 'https://github.com/anomalyco/models.dev/tree/HEAD/models/anthropic',
  asOf: '2026-11-20',
  models: [
    {
      names: ['claude-fable-5', 'claude-opus-5', 'claude-sonnet-5'],
      contextWindow: 1_000_000,
      maxOutputTokens: 128_000,
      capabilities: CURRENT,
    },
    {
      names: ['claude-sonnet-5-5'],
      contextWindow: 1_000_000,
      maxOutputTokens: 128_000,
      capabilities: ['text', 'vision', 'tools', 'reasoning', 'json_schema'],
      source: 'https://vercel.com/ai-gateway/models/claude-sonnet-5.5.md',
    },
    {
      names: ['claude-opus-4-8', 'claude-opus-4-7', 'claude-opus-4-6'],
      contextWindow: 1_000_000,
      maxOutputTokens: 128_000,
      capabilities: CURRENT,
    },
    {
      names: ['claude-sonnet-4-6'],
      contextWindow: 1_000_000,
      maxOutputTokens: 64_000,
      capabilities: CURRENT,
    },
    {
      names: ['claude-opus-4-5', 'claude-sonnet-4-5', 'claude-haiku-4-5'],
      contextWindow: 200_000,
      maxOutputTokens: 64_000,
      capabilities: CURRENT,
    },
    // Its limits come from the catalogue, as far as it has them.
    { names: ['claude-opus-4-1'], capabilities: CURRENT },
    {
      names: ['claude-opus-4', 'claude-opus-4-0'],
      contextWindow: 200_000,
      maxOutputTokens: 32_000,
      capabilities: THINKING,
    },
    {
      names: ['claude-sonnet-4', 'claude-sonnet-4-0', 'claude-3-7-sonnet'],
      contextWindow: 200_000,
      maxOutputTokens: 64_000,
      capabilities: THINKING,
    },
    {
      names: ['claude-3-5-sonnet', 'claude-3-5-haiku'],
      contextWindow: 200_000,
      maxOutputTokens: 8_192,
      capabilities: TEXT,
    },
  ],
} as const satisfies FactsFile;
