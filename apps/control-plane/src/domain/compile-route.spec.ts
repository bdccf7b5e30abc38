import { compiledRoute } from '@tollgate/contracts';
import fc from 'fast-check';
import { compileRoute, MAX_OTHER_MODELS } from './compile-route.ts';
import type { AiProviderRow, ConnectionModel, Target } from './rows.ts';
import {
  sampleConnection,
  sampleDefinition,
  sampleOrganization,
  sampleProject,
} from './sample-rows.ts';

const model = (name: string): ConnectionModel => ({
  name,
  capabilities: null,
  contextWindow: null,
  maxOutputTokens: null,
  price: null,
});
const target = (aiProviderId: string, name: string): Target => ({
  aiProviderId,
  model: name,
  priority: 1,
  weight: 1,
  capabilities: null,
  profiles: null,
});
const sourcesOf = (connections: readonly AiProviderRow[], targets: readonly Target[]) => ({
  route: { id: 'rte_1', name: 'default' },
  version: 1,
  definition: { ...sampleDefinition, targets },
  project: sampleProject,
  organization: sampleOrganization,
  connections,
  platformConnections: [],
});
const compile = (connections: readonly AiProviderRow[], targets: readonly Target[]) =>
  compileRoute(sourcesOf(connections, targets));

describe('a compiled route', () => {
  it('has every model of its connections once: as a target, or among the others', () => {
    const names = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e'));
    fc.assert(
      fc.property(names, names, fc.array(fc.nat(1)), (first, second, picks) => {
        const connections = [
          { ...sampleConnection, id: 'aip_1', models: first.map(model) },
          { ...sampleConnection, id: 'aip_2', models: second.map(model) },
        ];
        const all = [
          ...first.map((name) => target('aip_1', name)),
          ...second.map((name) => target('aip_2', name)),
        ];
        const targets = all.filter((_, index) => picks[index] === 1);
        const route = compile(connections, targets);
        expect(compiledRoute.parse(JSON.parse(JSON.stringify(route)))).toEqual(route);
        const keyOf = (one: { aiProviderId: string; model: string }) =>
          `${one.aiProviderId}/${one.model}`;
        expect(route.targets.map(keyOf)).toEqual(targets.map(keyOf));
        expect([...route.targets, ...route.otherModels].map(keyOf).sort()).toEqual(
          all.map(keyOf).sort(),
        );
      }),
    );
  });

  it('takes facts from the connection, and capabilities from the target where it names some', () => {
    const known: ConnectionModel = {
      name: 'm',
      capabilities: ['text', 'vision'],
      contextWindow: 1000,
      maxOutputTokens: 100,
      price: { inputPerMTok: '1', outputPerMTok: '2' },
    };
    const connection = { ...sampleConnection, models: [known], enabled: false };
    const narrowed: Target = { ...target('aip_1', 'm'), capabilities: ['text'] };
    expect(compile([connection], [target('aip_1', 'm'), narrowed]).targets).toMatchObject([
      { capabilities: ['text', 'vision'], contextWindow: 1000, price: known.price, enabled: false },
      { capabilities: ['text'], contextWindow: 1000 },
    ]);
  });

  it('lists the default model of a connection, and never more others than fit', () => {
    const many = Array.from({ length: MAX_OTHER_MODELS + 5 }, (_, index) => model(`m-${index}`));
    const connections = [{ ...sampleConnection, defaultModel: 'usual', models: many }];
    expect(compile(connections, []).otherModels).toHaveLength(MAX_OTHER_MODELS);
    const one = [{ ...sampleConnection, defaultModel: 'usual' }];
    expect(compile(one, []).otherModels).toMatchObject([{ model: 'usual' }]);
  });

  it('takes its strategy from the nearest that names one', () => {
    const connections = [sampleConnection];
    expect(compile(connections, []).strategy).toBe('priority');
    const inherited = compileRoute({
      route: { id: 'rte_1', name: 'default' },
      version: 1,
      definition: sampleDefinition,
      project: sampleProject,
      organization: { ...sampleOrganization, defaultRoutingStrategy: 'cheapest' },
      connections,
      platformConnections: [],
    });
    expect(inherited.strategy).toBe('cheapest');
  });

  it("takes targets from the operator's connections, and their other models from nowhere", () => {
    const theirs: AiProviderRow = {
      ...sampleConnection,
      id: 'aip_theirs',
      projectId: 'prj_2',
      access: 'platform',
      models: [model('named'), model('other')],
    };
    const route = compileRoute({
      route: { id: 'rte_1', name: 'default' },
      version: 1,
      definition: { ...sampleDefinition, targets: [target(theirs.id, 'named')] },
      project: sampleProject,
      organization: sampleOrganization,
      connections: [],
      platformConnections: [theirs],
    });
    expect(route.targets).toMatchObject([{ aiProviderId: 'aip_theirs', access: 'platform' }]);
    expect(route.otherModels).toEqual([]);
  });

  it("carries what the operator's connections say of models that a target takes any of", () => {
    const price = { inputPerMTok: '1', outputPerMTok: '4' };
    const operators = ['aip_p1', 'aip_p2'].map((id) => ({
      ...sampleConnection,
      id,
      access: 'platform' as const,
      defaultModel: null,
      models: [{ ...model('open'), price }],
    }));
    const route = compileRoute({
      ...sourcesOf([], [target('aip_p1', '*'), target('aip_p2', 'open')]),
      platformConnections: operators,
    });
    expect(route.platformModels).toMatchObject([{ aiProviderId: 'aip_p1', model: 'open', price }]);
    expect(route.otherModels).toEqual([]);
  });
});
