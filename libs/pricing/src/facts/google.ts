import type { FactsFile } from './facts-file.ts';

const CHAT = [
  ...(['text', 'vision', 'audio', 'video', 'documents', 'tools', 'json_schema'] as const),
  // What they hear they also write down: ai.google.dev/gemini-api/docs/audio, 2026-11.
  'transcription',
] as const;
const REASONING = [...CHAT, 'reasoning'] as const;

export const GOOGLE_FACTS = {
  source: 'https://github.com/anomalyco/models.dev/tree/HEAD/models/google',
  asOf: '2026-11-20',
  models: [
    {
      names: [
        'gemini-3.8-flash',
        'gemini-3.5-flash',
        'gemini-3.1-pro-preview',
        'gemini-3.1-flash-lite',
        'gemini-3-flash-preview',
        'gemini-2.5-pro',
        'gemini-2.5-flash',
        'gemini-2.5-flash-lite',
      ],
      contextWindow: 1_048_576,
      maxOutputTokens: 65_536,
      capabilities: REASONING,
    },
    {
      names: ['gemini-2.0-flash'],
      contextWindow: 1_048_576,
      maxOutputTokens: 8_192,
      capabilities: CHAT,
      source: 'https://github.com/anomalyco/models.dev/tree/HEAD/providers/google/models',
    },
    {
      names: ['gemini-embedding-001'],
      contextWindow: 2_048,
      capabilities: ['embeddings'],
      source: 'https://github.com/anomalyco/models.dev/tree/HEAD/providers/google/models',
    },
  ],
} as const satisfies FactsFile;
