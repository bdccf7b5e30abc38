import { makeTarget } from '../domain/fixtures.ts';
import { catalogueKnowledge } from './model-knowledge.ts';

const NOW = Date.parse('2026-11-20');
const DEFAULT = { inputPerMTok: '5', outputPerMTok: '9' };
const appraise = (changes: Parameters<typeof makeTarget>[0]) =>
  catalogueKnowledge.appraise(makeTarget({ price: null, ...changes }), NOW, DEFAULT);

describe('the price of a model', () => {
  it("is the connection's own, else the catalogue's", () => {
    const own = { inputPerMTok: '1', outputPerMTok: '2' };
    expect(appraise({ price: own })?.version).toBe('connection:input=1,output=2');
    expect(appraise({ model: 'gpt-4o-mini' })?.version).toMatch(/^genai-prices@/);
  });

  it("is the policy's where it has none, but never at the operator's connections", () => {
    expect(appraise({ model: 'no-such-model' })).toMatchObject({
      version: 'default:input=5,output=9',
      defaultPrice: DEFAULT,
    });
    expect(appraise({ model: 'no-such-model', access: 'platform' })).toBeNull();
    const target = makeTarget({ price: null, model: 'no-such-model' });
    expect(catalogueKnowledge.appraise(target, NOW, undefined)).toBeNull();
  });
});
