import { makeTarget } from './fixtures.ts';
import { matchTargets } from './match-targets.ts';

const openai = makeTarget({ aiProviderId: 'aip_openai', connectionName: 'main' });
const azure = makeTarget({ aiProviderId: 'aip_azure', connectionName: 'eu', provider: 'azure' });
const router = makeTarget({
  aiProviderId: 'aip_router',
  provider: 'openrouter',
  model: 'openai/gpt-4o-mini',
});
const anything = makeTarget({
  aiProviderId: 'aip_any',
  connectionName: 'local',
  provider: 'custom',
  model: '*',
});
const all = [openai, azure, router, anything];

const idsFor = (asked: string | null) =>
  matchTargets(all, asked).map((one) => `${one.aiProviderId} ${one.model}`);

describe('matchTargets', () => {
  it('takes every named model when none was asked for', () => {
    expect(idsFor(null)).toEqual([
      'aip_openai gpt-4o-mini',
      'aip_azure gpt-4o-mini',
      'aip_router openai/gpt-4o-mini',
    ]);
  });

  it('takes all that name the model', () => {
    expect(idsFor('gpt-4o-mini')).toEqual(['aip_openai gpt-4o-mini', 'aip_azure gpt-4o-mini']);
  });

  it('prefers a model whose own name holds the slash', () => {
    expect(idsFor('openai/gpt-4o-mini')).toEqual(['aip_router openai/gpt-4o-mini']);
  });

  it('splits at the first slash into a provider or a connection', () => {
    expect(idsFor('azure/gpt-4o-mini')).toEqual(['aip_azure gpt-4o-mini']);
    expect(idsFor('eu/gpt-4o-mini')).toEqual(['aip_azure gpt-4o-mini']);
  });

  it('lets a target for any model serve what no other names, under the name that its provider knows', () => {
    expect(idsFor('llama-4')).toEqual(['aip_any llama-4']);
    expect(idsFor('local/meta/llama-4')).toEqual(['aip_any meta/llama-4']);
    expect(idsFor('meta/llama-4')).toEqual(['aip_any meta/llama-4']);
  });

  it('does not hand a model of a named connection to another one', () => {
    const other = makeTarget({ aiProviderId: 'aip_other', connectionName: 'other', model: '*' });
    expect(matchTargets([anything, other], 'local/x').map((one) => one.aiProviderId)).toEqual([
      'aip_any',
    ]);
  });

  it('serves any model under the terms that its connection gives it', () => {
    const price = { inputPerMTok: '1', outputPerMTok: '4' };
    const terms = { contextWindow: 8_192, maxOutputTokens: 1_024, price };
    const known = [
      makeTarget({ aiProviderId: 'aip_else', model: 'llama-4', contextWindow: 1 }),
      makeTarget({ aiProviderId: 'aip_any', model: 'llama-4', capabilities: ['text'], ...terms }),
    ];
    expect(matchTargets(all, 'local/llama-4', known)).toEqual([
      { ...anything, model: 'llama-4', capabilities: ['text'], ...terms },
    ]);
    const own = { ...anything, capabilities: ['vision' as const] };
    expect(matchTargets([own], 'llama-4', known)[0]?.capabilities).toEqual(['vision']);
    expect(matchTargets(all, 'llama-5', known)[0]?.price).toEqual(anything.price);
  });
});
