import { NO_USAGE, type TokenUsage } from '@tollgate/contracts';
import fc from 'fast-check';
import { takeApart } from './token-counts.ts';

const used = (parts: Partial<TokenUsage>): TokenUsage => ({ ...NO_USAGE, ...parts });

const count = fc.nat(1_000);
const contradictory: fc.Arbitrary<TokenUsage> = fc.record({
  inputTokens: count,
  cachedInputTokens: count,
  cacheWriteTokens: count,
  cacheWrite1hTokens: count,
  inputAudioTokens: count,
  outputTokens: count,
  reasoningTokens: count,
  outputAudioTokens: count,
});

describe('a usage taken apart', () => {
  it('guarantees that the counts are never negative and add up to the totals, whatever was reported', () => {
    fc.assert(
      fc.property(contradictory, (usage) => {
        const counts = takeApart(usage);
        const { output, reasoning, outputAudio, ...input } = counts;
        expect(Math.min(...Object.values(counts))).toBeGreaterThanOrEqual(0);
        expect(Object.values(input).reduce((a, b) => a + b)).toBe(usage.inputTokens);
        expect(output + reasoning + outputAudio).toBe(usage.outputTokens);
      }),
    );
  });

  it('guarantees that cached audio, counted as cached and as audio, is counted once', () => {
    const usage = used({ inputTokens: 10, cachedInputTokens: 10, inputAudioTokens: 4 });
    expect(takeApart(usage)).toMatchObject({
      input: 0,
      cachedInput: 6,
      inputAudio: 0,
      cachedInputAudio: 4,
    });
  });

  it('guarantees that one-hour writes are taken out of all writes', () => {
    const usage = used({ inputTokens: 100, cacheWriteTokens: 60, cacheWrite1hTokens: 20 });
    expect(takeApart(usage)).toMatchObject({ input: 40, cacheWrite: 40, cacheWrite1h: 20 });
  });

  it('guarantees that more reasoning than output is charged as the output that was billed', () => {
    const usage = used({ outputTokens: 256, reasoningTokens: 271 });
    expect(takeApart(usage)).toMatchObject({ output: 0, reasoning: 256 });
  });
});
