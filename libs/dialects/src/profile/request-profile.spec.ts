import fc from 'fast-check';
import { openaiChat } from '../openai-chat/openai-chat.dialect.ts';
import { profileClassKey, profileClassOf, type RequestProfile } from './request-profile.ts';

const profile = fc
  .record({
    content: fc.nat(20_000).map((length) => 'x'.repeat(length)),
    max_tokens: fc.option(fc.integer({ min: 1, max: 5_000 })),
    reasoning_effort: fc.option(fc.constantFrom('low', 'none')),
    model: fc.option(fc.constantFrom('a', 'b', 'a b', '=')),
  })
  .map(({ content, ...rest }): RequestProfile => {
    const body = JSON.stringify({ ...rest, messages: [{ role: 'user', content }] });
    const parsed = openaiChat.parse(Buffer.from(body));
    if (!parsed.ok) throw new Error(parsed.failure.message);
    return parsed.value.profile;
  });

describe('profile classes', () => {
  it('guarantees that keys are equal exactly when classes are', () => {
    fc.assert(
      fc.property(profile, profile, (a, b) => {
        const sameKey = profileClassKey(a, a.modelAsked) === profileClassKey(b, b.modelAsked);
        const classes = [profileClassOf(a, a.modelAsked), profileClassOf(b, b.modelAsked)];
        expect(sameKey).toBe(JSON.stringify(classes[0]) === JSON.stringify(classes[1]));
      }),
    );
  });

  it('guarantees that a class is above the estimate and at most twice as large, beyond the smallest', () => {
    fc.assert(
      fc.property(profile, (one) => {
        const { inputTokensBelow } = profileClassOf(one, null);
        expect(inputTokensBelow).toBeGreaterThan(one.inputTokensEstimate);
        expect(inputTokensBelow).toBeLessThanOrEqual(Math.max(1_024, one.inputTokensEstimate * 2));
        expect(one.inputTokensBound).toBeGreaterThanOrEqual(one.inputTokensEstimate);
      }),
    );
  });
});
