import type { FactsFile } from './facts-file.ts';

const CHAT = ['text', 'vision', 'documents', 'tools', 'json_schema'] as const;
const REASONING = [...CHAT, 'reasoning'] as const;

export const OPENAI_FACTS = {
  source: 'https://github.com/anomalyco/models.dev/tree/HEAD/models/openai',
  asOf: '2026-11-20',
  models: [
    {
      names: ['gpt-6-astra', 'gpt-6-sol', 'gpt-6-luna'],
      contextWindow: 1_050_000,
      maxOutputTokens: 128_000,
      capabilities: REASONING,
    },
    {
      names: ['gpt-5.6-sol', 'gpt-5.6-terra', 'gpt-5.6-luna', 'gpt-5.5', 'gpt-5.4'],
      contextWindow: 1_050_000,
      maxOutputTokens: 128_000,
      capabilities: REASONING,
    },
    // Limits are not given there; what they can do was seen in recorded answers.
    { names: ['gpt-5.4-nano'], capabilities: REASONING },
    {
      names: ['gpt-5.3-codex'],
      contextWindow: 400_000,
      maxOutputTokens: 128_000,
      capabilities: REASONING,
    },
    {
      // The source has no documents for these; gpt-5-nano reads them in recorded answers, its siblings are alike.
      names: ['gpt-5.2', 'gpt-5.1', 'gpt-5', 'gpt-5-mini', 'gpt-5-nano'],
      contextWindow: 400_000,
      maxOutputTokens: 128_000,
      capabilities: REASONING,
    },
    {
      names: ['gpt-5-codex'],
      contextWindow: 400_000,
      maxOutputTokens: 128_000,
      capabilities: ['text', 'vision', 'tools', 'json_schema', 'reasoning'],
    },
    {
      // The source has no documents for the nano model; recorded answers show that it reads them.
      names: ['gpt-4.1', 'gpt-4.1-mini', 'gpt-4.1-nano'],
      contextWindow: 1_047_576,
      maxOutputTokens: 32_768,
      capabilities: CHAT,
    },
    {
      names: ['gpt-4o', 'gpt-4o-mini'],
      contextWindow: 128_000,
      maxOutputTokens: 16_384,
      capabilities: CHAT,
    },
    // Seen in recorded answers.
    {
      names: ['gpt-4o-audio-preview', 'gpt-4o-mini-audio-preview', 'gpt-audio', 'gpt-audio-mini'],
      capabilities: ['text', 'audio'],
    },
    {
      names: ['o1', 'o3'],
      contextWindow: 200_000,
      maxOutputTokens: 100_000,
      capabilities: REASONING,
    },
    {
      names: ['o4-mini'],
      contextWindow: 200_000,
      maxOutputTokens: 100_000,
      capabilities: ['text', 'vision', 'tools', 'json_schema', 'reasoning'],
    },
    {
      names: ['o3-mini'],
      contextWindow: 200_000,
      maxOutputTokens: 100_000,
      capabilities: ['text', 'tools', 'json_schema', 'reasoning'],
    },
    {
      names: ['gpt-4-turbo'],
      contextWindow: 128_000,
      maxOutputTokens: 4_096,
      capabilities: ['text', 'vision', 'tools'],
    },
    // The source denies it tools; recorded answers hold tool calls of gpt-4 and gpt-3.5-turbo.
    { names: ['gpt-4'], capabilities: ['text', 'tools'] },
    {
      names: ['gpt-3.5-turbo'],
      contextWindow: 16_385,
      maxOutputTokens: 4_096,
      capabilities: ['text', 'tools'],
    },
    {
      names: ['text-embedding-3-small', 'text-embedding-3-large', 'text-embedding-ada-002'],
      capabilities: ['embeddings'],
    },
    {
      names: ['omni-moderation', 'text-moderation'],
      capabilities: ['moderation'],
    },
    // The source lists the gpt-image models; the dall-e ones were seen in recorded answers.
    {
      names: [
        'gpt-image-2',
        'gpt-image-1.5',
        'gpt-image-1',
        'gpt-image-1-mini',
        'dall-e-3',
        'dall-e-2',
      ],
      capabilities: ['images'],
    },
    {
      names: ['tts-1', 'tts-1-hd', 'gpt-4o-mini-tts'],
      capabilities: ['speech'],
    },
    {
      names: ['whisper-1', 'gpt-4o-transcribe', 'gpt-4o-mini-transcribe', 'gpt-transcribe'],
      capabilities: ['transcription'],
    },
    {
      names: ['gpt-oss-120b', 'gpt-oss-20b'],
      contextWindow: 131_072,
      maxOutputTokens: 32_768,
      capabilities: ['text', 'tools', 'json_schema', 'reasoning'],
    },
  ],
} as const satisfies FactsFile;
