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
});
