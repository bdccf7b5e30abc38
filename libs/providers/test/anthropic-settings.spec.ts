import type { Conversation } from '@tollgate/neutral';
import { encode } from './support/anthropic-encode.ts';

describe('the cap on an answer of Anthropic', () => {
  it.each<[string, number | undefined, number | null, number]>([
    ['claude-haiku-4-5', 5, 7, 5],
    ['claude-haiku-4-5', undefined, 7, 7],
    ['claude-haiku-4-5', undefined, null, 64_000],
    ['claude-opus-4-1-20250805', undefined, null, 32_000],
    ['claude-sonnet-4-20250514', undefined, null, 32_000],
    ['claude-3-7-sonnet-20250219', undefined, null, 64_000],
    ['claude-3-5-haiku-20241022', undefined, null, 8_192],
    ['claude-3-opus-20240229', undefined, null, 4_096],
    ['claude-sonnet-5', undefined, null, 64_000],
    ['claude-next', undefined, null, 64_000],
    ['kimi-k2', undefined, null, 8_192],
  ])('%s, asked %s and capped at %s, is %i', (model, maxOutputTokens, outputCap, expected) => {
    const wished = maxOutputTokens === undefined ? {} : { maxOutputTokens };
    expect(encode(wished, model, { outputCap }).body['max_tokens']).toBe(expected);
  });
});

describe('thinking at Anthropic', () => {
  type Wish = NonNullable<Conversation['reasoning']>;
  it.each<[string, Wish, unknown, unknown, unknown]>([
    ['claude-opus-4-7', { effort: 'xhigh' }, { type: 'adaptive' }, { effort: 'xhigh' }, []],
    [
      'claude-sonnet-4-6',
      { effort: 'xhigh' },
      { type: 'adaptive' },
      { effort: 'high' },
      ['reasoning_effort'],
    ],
    [
      'claude-sonnet-5',
      { effort: 'minimal' },
      { type: 'adaptive' },
      { effort: 'low' },
      ['reasoning_effort'],
    ],
    ['claude-sonnet-5', { effort: 'none' }, { type: 'disabled' }, undefined, []],
    [
      'claude-sonnet-5',
      { budgetTokens: 2_048 },
      { type: 'adaptive' },
      undefined,
      ['reasoning_effort'],
    ],
    ['claude-sonnet-5', { budgetTokens: 'dynamic' }, { type: 'adaptive' }, undefined, []],
    [
      'claude-sonnet-4-6',
      { budgetTokens: 2_048 },
      { type: 'enabled', budget_tokens: 2_048 },
      undefined,
      [],
    ],
    [
      'claude-haiku-4-5',
      { budgetTokens: 2_048 },
      { type: 'enabled', budget_tokens: 2_048 },
      undefined,
      [],
    ],
    [
      'claude-haiku-4-5',
      { budgetTokens: 100 },
      { type: 'enabled', budget_tokens: 1_024 },
      undefined,
      ['reasoning_effort'],
    ],
    [
      'claude-haiku-4-5',
      { budgetTokens: 99_999 },
      { type: 'enabled', budget_tokens: 9_999 },
      undefined,
      ['reasoning_effort'],
    ],
    [
      'claude-haiku-4-5',
      { effort: 'low' },
      { type: 'enabled', budget_tokens: 2_000 },
      undefined,
      ['reasoning_effort'],
    ],
    [
      'claude-haiku-4-5',
      { effort: 'low', includeText: true },
      { type: 'enabled', budget_tokens: 2_000, display: 'summarized' },
      undefined,
      ['reasoning_effort'],
    ],
    ['claude-3-5-haiku-latest', { effort: 'low' }, undefined, undefined, ['reasoning_effort']],
    ['claude-3-5-haiku-latest', { effort: 'none' }, undefined, undefined, []],
    ['claude-sonnet-5', {}, undefined, undefined, []],
  ])('of %s by %j', (model, reasoning, thinking, config, lost) => {
    const sent = encode({ reasoning, maxOutputTokens: 10_000 }, model);
    expect(sent.body['thinking']).toEqual(thinking);
    expect(sent.body['output_config']).toEqual(config);
    expect(sent.lost).toEqual(lost);
  });

  it('leaves out what a model that thinks refuses', () => {
    const reasoning = { effort: 'low' } as const;
    const forced = encode({ reasoning, toolChoice: { type: 'required' } });
    expect(forced.body).not.toHaveProperty('thinking');
    expect(forced.lost).toEqual(['reasoning_effort']);
    const sampled = encode({ reasoning, temperature: 0.5, topP: 1, topK: 5 }, 'claude-sonnet-4-6');
    expect(sampled.lost).toEqual(['temperature', 'top_p', 'top_k']);
    const newest = encode({ temperature: 1, topK: 5 }, 'claude-opus-5', { policy: 'strict' });
    expect(newest.lost).toBe('refused: top_k');
    const both = encode({ temperature: 0.2, topP: 0.9 });
    expect(both.body).toMatchObject({ temperature: 0.2 });
    expect(both.lost).toEqual(['top_p']);
  });
});
