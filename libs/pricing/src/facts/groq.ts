import type { FactsFile } from './facts-file.ts';

export const GROQ_FACTS = {
  source: 'https://github.com/anomalyco/models.dev/tree/HEAD/providers/groq/models',
  asOf: '2026-11-20',
  models: [
    {
      names: ['openai/gpt-oss-120b', 'openai/gpt-oss-20b'],
      contextWindow: 131_072,
      maxOutputTokens: 65_536,
      capabilities: ['text', 'tools', 'json_schema', 'reasoning'],
    },
    {
      names: ['qwen/qwen3-32b'],
      contextWindow: 131_072,
      maxOutputTokens: 40_960,
      capabilities: ['text', 'tools', 'reasoning'],
    },
    {
      names: ['moonshotai/kimi-k2-instruct'],
      contextWindow: 131_072,
      maxOutputTokens: 131_072,
      capabilities: ['text', 'tools'],
    },
    {
      names: ['llama-3.3-70b-versatile', 'llama-3.1-8b-instant'],
      contextWindow: 131_072,
      capabilities: ['text', 'tools'],
      source: 'https://app.unpkg.com/@lobehub/chat@1.143.3/files/src/config/modelProviders/groq.ts',
    },
    {
      names: ['whisper-large-v3', 'whisper-large-v3-turbo'],
      capabilities: ['transcription'],
      source: 'https://github.com/anomalyco/models.dev/tree/HEAD/models/openai',
    },
  ],
} as const satisfies FactsFile;
