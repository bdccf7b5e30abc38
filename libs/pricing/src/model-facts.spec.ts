import { CAPABILITIES } from '@tollgate/contracts';
import { catalogueVersion } from './catalogue.ts';
import { ANTHROPIC_FACTS } from './facts/anthropic.ts';
import { DEEPSEEK_FACTS } from './facts/deepseek.ts';
import type { FactsFile } from './facts/facts-file.ts';
import { GOOGLE_FACTS } from './facts/google.ts';
import { GROQ_FACTS } from './facts/groq.ts';
import { MISTRAL_FACTS } from './facts/mistral.ts';
import { OPENAI_FACTS } from './facts/openai.ts';
import { XAI_FACTS } from './facts/xai.ts';
import { modelFacts } from './model-facts.ts';

const FILES: readonly FactsFile[] = [
  OPENAI_FACTS,
  ANTHROPIC_FACTS,
  GOOGLE_FACTS,
  XAI_FACTS,
  MISTRAL_FACTS,
  DEEPSEEK_FACTS,
  GROQ_FACTS,
];

describe('model facts', () => {
  it.each([
    ['openai', 'gpt-4o-mini', 128_000, 16_384],
    ['openai', 'gpt-4o-mini-2024-07-18', 128_000, 16_384],
    ['openai', 'ft:gpt-4o-mini-2024-07-18:acme::abc', 128_000, 16_384],
    ['azure', 'gpt-4o', 128_000, 16_384],
    ['anthropic', 'claude-haiku-4-5-20251001', 200_000, 64_000],
    ['anthropic', 'claude-3-5-haiku-latest', 200_000, 8_192],
    ['bedrock', 'us.anthropic.claude-haiku-4-5-20251001-v1:0', 200_000, 64_000],
    ['google', 'models/gemini-2.5-flash', 1_048_576, 65_536],
    ['google', 'gemini-2.0-flash-001', 1_048_576, 8_192],
    ['google', 'claude-sonnet-4-5@20250929', 200_000, 64_000],
    ['openrouter', 'anthropic/claude-sonnet-4.5', 1_000_000, 64_000],
    ['openrouter', 'openai/gpt-4o-mini:online', 128_000, 16_384],
    ['groq', 'openai/gpt-oss-20b', 131_072, 65_536],
    ['xai', 'grok-4-0709', 256_000, 256_000],
  ])('guarantees that %s %s is known', (provider, model, contextWindow, maxOutputTokens) => {
    expect(modelFacts(provider, model)).toMatchObject({ contextWindow, maxOutputTokens });
  });

  it('guarantees that a model which only the catalogue knows has its context and no invented capabilities', () => {
    expect(modelFacts('anthropic', 'claude-opus-5-5')).toEqual({
      contextWindow: 1_000_000,
      maxOutputTokens: null,
      capabilities: null,
      source: catalogueVersion,
      asOf: '2026-09-23',
    });
  });

  it.each([
    ['ollama', 'llama3.3'],
    ['openai', 'gpt-99'],
    ['azure', 'my-deployment'],
    ['nobody', 'gpt-4o'],
    ['openrouter', 'no-slash'],
  ])('guarantees that nothing is said of %s %s', (provider, model) => {
    expect(modelFacts(provider, model)).toBeUndefined();
  });

  it('guarantees that a newer model is not taken for an older one whose name it begins with', () => {
    expect(modelFacts('openai', 'gpt-5.9')).toBeUndefined();
    expect(modelFacts('openai', 'gpt-4o-realtime')?.maxOutputTokens ?? null).toBeNull();
  });

  it.each([
    ['google', 'gemini-2.5-flash'],
    ['openai', 'whisper-1'],
  ])('guarantees that %s %s is known to write down what it hears', (provider, model) => {
    expect(modelFacts(provider, model)?.capabilities).toContain('transcription');
  });

  it('guarantees that every entry has a source, a day, and capabilities from the vocabulary, and that no name stands twice', () => {
    for (const file of FILES) {
      const names = file.models.flatMap((entry) => entry.names);
      expect(new Set(names).size).toBe(names.length);
      for (const entry of file.models) {
        expect(entry.source ?? file.source).toMatch(/^https:\/\//);
        expect(entry.asOf ?? file.asOf).toMatch(/^\d{4}-\d{2}-\d{2}$/);
        expect(entry.capabilities.length).toBeGreaterThan(0);
        for (const capability of entry.capabilities) expect(CAPABILITIES).toContain(capability);
      }
    }
  });
});
