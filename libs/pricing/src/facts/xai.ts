import type { FactsFile } from './facts-file.ts';

export const XAI_FACTS = {
  source: 'https://github.com/anomalyco/models.dev/tree/HEAD/models/xai',
  asOf: '2026-11-20',
  models: [
    {
      names: ['grok-4.6', 'grok-4.5'],
      contextWindow: 500_000,
      maxOutputTokens: 500_000,
      capabilities: ['text', 'vision', 'tools', 'json_schema', 'reasoning'],
    },
    {
      // Schemas: recorded answers.
      names: ['grok-4.3'],
      contextWindow: 1_000_000,
      maxOutputTokens: 30_000,
      capabilities: ['text', 'vision', 'documents', 'tools', 'json_schema', 'reasoning'],
    },
    {
      // Schemas: https://docs.cloud.google.com/gemini-enterprise-agent-platform/models/partner-models/grok/capabilities/structured-output
      names: ['grok-4.20', 'grok-4.20-reasoning', 'grok-4.20-0309-reasoning'],
      contextWindow: 2_000_000,
      maxOutputTokens: 30_000,
      capabilities: ['text', 'vision', 'documents', 'tools', 'json_schema', 'reasoning'],
    },
    {
      names: ['grok-4-fast', 'grok-4-fast-reasoning'],
      contextWindow: 2_000_000,
      maxOutputTokens: 64_000,
      capabilities: ['text', 'vision', 'tools', 'json_schema', 'reasoning'],
    },
    {
      names: ['grok-code-fast-1'],
      contextWindow: 256_000,
      maxOutputTokens: 10_000,
      capabilities: ['text', 'tools', 'json_schema', 'reasoning'],
    },
    {
      names: ['grok-4', 'grok-4-0709'],
      contextWindow: 256_000,
      maxOutputTokens: 256_000,
      capabilities: ['text', 'vision', 'tools', 'reasoning'],
    },
    {
      names: ['grok-3'],
      contextWindow: 131_072,
      maxOutputTokens: 131_072,
      capabilities: ['text', 'tools'],
    },
    // Its limits come from the catalogue; what it can do was seen in recorded answers.
    { names: ['grok-3-mini'], capabilities: ['text', 'tools', 'reasoning'] },
  ],
} as const satisfies FactsFile;
