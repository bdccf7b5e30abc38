import { eventually, HookReceiver } from '../src/index.ts';
import { inBothModes, inMode, type Scene } from './in-both-modes.ts';

const EVENTS = [
  'budget.threshold',
  'budget.exceeded',
  'provider.unhealthy',
  'provider.recovered',
  'request.failed',
];
/** So that recovery is told after a second of quiet. */
const ENVIRONMENT = { TOLLGATE_RECOVERED_AFTER_MS: '1000' };

let receiver: HookReceiver;
beforeAll(async () => {
  receiver = await HookReceiver.start();
});
afterAll(() => receiver.stop());

async function listen(
  { admin }: Scene,
  name: string,
  projectId: string,
  events = EVENTS,
): Promise<string> {
  const { id, secret } = await admin.call<{ id: string; secret: string }>(
    'POST',
    '/api/v1/webhooks',
    { projectId, url: receiver.url(name), events },
  );
  receiver.trust(name, secret);
  return id;
}

async function ask(gatewayUrl: string, key: string): Promise<number> {
  const response = await fetch(`${gatewayUrl}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ max_tokens: 1, messages: [{ role: 'user', content: 'Hello' }] }),
  });
  await response.arrayBuffer();
  return response.status;
}

/** A project with one model, which costs a fixed amount a request. */
async function setUp({ admin }: Scene, name: string, perRequest: string, keyFields: object = {}) {
  const model = `${name}-instant`;
  const project = await admin.createProject(name);
  const price = { inputPerMTok: '0', outputPerMTok: '0', perRequest };
  const connection = await admin.connect(project.id, name, { models: [{ name: model, price }] });
  const target = { aiProviderId: connection.id, model };
  const route = await admin.publishRoute(project.id, name, [target]);
  const key = await admin.createKey(project.id, route.id, { ...keyFields });
  return { model, project, connection, key };
}

inBothModes(
  'webhooks',
  (scene) => {
    it('tell of a model that fails and of each request that failed, and that it works again, once', async () => {
      const { oracle, system } = scene();
      const name = `failing-${system.mode}`;
      const { model, project, connection, key } = await setUp(scene(), name, '0');
      await listen(scene(), name, project.id);
      if (system.mode === 'distributed') {
        await system.startInstance('routing');
        await system.startInstance('control-plane');
      }
      const { gatewayUrl } = system.facts();
      await oracle.setBehaviour(model, { status: 500 });
      for (let at = 0; at < 8; at++) expect(await ask(gatewayUrl, key.key)).toBeGreaterThan(499);
      const [unhealthy] = await eventually(
        'the model is told to be unhealthy',
        () => receiver.messages(name, 'provider.unhealthy'),
        (messages) => messages.length > 0,
      );
      expect(unhealthy?.data).toMatchObject({ aiProviderId: connection.id, model });
      const failed = await eventually(
        'each request that failed is told',
        () => receiver.messages(name, 'request.failed'),
        (messages) => messages.length >= 8,
      );
      expect(new Set(failed.map(({ data }) => data['requestId'])).size).toBe(8);

      await oracle.setBehaviour(model, {});
      await eventually(
        'the model is told to have recovered',
        async () => {
          await ask(gatewayUrl, key.key);
          return receiver.messages(name, 'provider.recovered');
        },
        (messages) => messages.length > 0,
        40_000,
      );
      const told = receiver.messages(name).map(({ type }) => type);
      expect(told.filter((type) => type === 'provider.unhealthy')).toHaveLength(1);
      expect(told.filter((type) => type === 'provider.recovered')).toHaveLength(1);
      expect(receiver.refused).toEqual([]);
    }, 90_000);

    it('tell of a budget at its thresholds, and when what is left covers no request, each once', async () => {
      const { system } = scene();
      const name = `budget-${system.mode}`;
      const { project, key } = await setUp(scene(), name, '0.3', {
        budgets: [
          {
            metric: 'cost',
            window: 'month',
            limit: '1',
            currency: 'USD',
            hard: true,
            alertPct: [50, 80],
          },
        ],
      });
      const webhookId = await listen(scene(), name, project.id);
      const { gatewayUrl } = system.facts();
      const statuses: number[] = [];
      for (let at = 0; at < 8; at++) statuses.push(await ask(gatewayUrl, key.key));
      expect(statuses).toEqual([200, 200, 200, 402, 402, 402, 402, 402]);
      await eventually(
        'three alerts',
        () => receiver.messages(name).length,
        (count) => count >= 3,
      );
      expect(await deliveredTo(scene(), webhookId, 3)).toBe(3);
      const told = receiver.messages(name).map(({ type, data }) => [type, data['thresholdPct']]);
      expect(told.sort()).toEqual([
        ['budget.exceeded', 100],
        ['budget.threshold', 50],
        ['budget.threshold', 80],
      ]);
      const [exceeded] = receiver.messages(name, 'budget.exceeded');
      expect(exceeded?.data).toMatchObject({ limit: '1', used: '0.9', currency: 'USD' });
    });

    it('reach an endpoint that was down, after the control plane was killed, under the same id', async () => {
      const { admin, system } = scene();
      const name = `down-${system.mode}`;
      const { project, key } = await setUp(scene(), name, '0');
      const webhookId = await listen(scene(), name, project.id, ['key.revoked']);
      receiver.missed.length = 0;
      receiver.down.add(name);
      await admin.call('POST', `/api/v1/keys/${key.id}/revoke`, {});
      // Killed before that is noted, its claim would have to run out first: a minute.
      await eventually(
        'the failed attempt is noted',
        () => deliveriesOf(scene(), webhookId),
        ([delivery]) => delivery?.attempts[0]?.status === 503,
      );
      const [missed] = receiver.missed;
      receiver.down.delete(name);
      // The next attempt is five seconds away.
      await system.killAndAwaitRestart('control-plane');
      await eventually(
        'the message arrives',
        () => receiver.messages(name).length,
        (count) => count > 0,
      );
      expect(await deliveredTo(scene(), webhookId, 1)).toBe(1);
      expect(receiver.messages(name)).toMatchObject([{ id: missed, type: 'key.revoked' }]);
    }, 90_000);
  },
  ENVIRONMENT,
);

describe('an alert over three budget instances and two control planes', () => {
  inMode('distributed', (scene) => {
    it('is one, though 1,000 requests cross the threshold at once', async () => {
      const { system } = scene();
      await Promise.all(
        ['budget', 'budget', 'control-plane'].map((service) => system.startInstance(service)),
      );
      const name = 'thousand';
      const { project, key } = await setUp(scene(), name, '1', {
        budgets: [
          {
            metric: 'cost',
            window: 'month',
            limit: '1000',
            currency: 'USD',
            hard: true,
            alertPct: [80],
          },
        ],
      });
      const webhookId = await listen(scene(), name, project.id);
      const { gatewayUrl } = system.facts();
      const statuses = await Promise.all(
        Array.from({ length: 1_000 }, () => ask(gatewayUrl, key.key)),
      );
      expect(new Set(statuses)).toEqual(new Set([200]));
      await eventually(
        'both alerts arrive',
        () => receiver.messages(name).length,
        (count) => count >= 2,
        60_000,
      );
      expect(await deliveredTo(scene(), webhookId, 2)).toBe(2);
      expect(receiver.messages(name).map(({ type }) => type)).toEqual(
        expect.arrayContaining(['budget.threshold', 'budget.exceeded']),
      );
      expect(receiver.messages(name)).toHaveLength(2);
      expect(receiver.refused).toEqual([]);
    }, 120_000);
  });
});

/** How many deliveries the webhook's log holds, once so many have arrived. */
async function deliveredTo(scene: Scene, webhookId: string, least: number): Promise<number> {
  const deliveries = await eventually(
    'all is noted as delivered',
    () => deliveriesOf(scene, webhookId),
    (all) => all.length >= least && all.every(({ status }) => status === 'delivered'),
  );
  return deliveries.length;
}

interface Delivery {
  readonly status: string;
  readonly attempts: readonly { readonly status: number | null }[];
}

async function deliveriesOf({ admin }: Scene, webhookId: string): Promise<readonly Delivery[]> {
  const path = `/api/v1/webhooks/${webhookId}/deliveries`;
  return (await admin.call<{ readonly data: readonly Delivery[] }>('GET', path)).data;
}
