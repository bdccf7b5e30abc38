import { eventually } from '../src/index.ts';
import { inMode } from './in-both-modes.ts';

describe('limits over two gateways and two budget instances', () => {
  inMode('distributed', (scene) => {
    it('lets exactly 50 of 200 concurrent requests through on a key with room for 50', async () => {
      const { admin, oracle, system } = scene();
      const [second] = await Promise.all([
        system.startInstance('gateway'),
        system.startInstance('budget'),
      ]);
      const model = 'fifty-instant';
      const { key } = await admin.setUp('fifty', {
        budgets: [{ metric: 'requests', window: 'day', limit: 50, hard: true }],
      });
      const urls = [system.facts().gatewayUrl, second?.url ?? ''];
      const statuses = await Promise.all(
        Array.from({ length: 200 }, async (_, index) => {
          const response = await fetch(`${urls[index % 2]}/v1/chat/completions`, {
            method: 'POST',
            headers: { authorization: `Bearer ${key.key}`, 'content-type': 'application/json' },
            body: JSON.stringify({ model, messages: [{ role: 'user', content: 'Hello' }] }),
          });
          const body = (await response.json()) as { readonly error?: { readonly code: string } };
          return `${response.status} ${body.error?.code ?? ''}`.trim();
        }),
      );
      const counts = Object.groupBy(statuses, (status) => status);
      expect({ ok: counts['200']?.length, refused: counts['402 budget_exceeded']?.length }).toEqual(
        { ok: 50, refused: 150 },
      );
      expect(await oracle.journal(model)).toHaveLength(50);
      await eventually(
        'all are settled',
        () => oracle.settled(key.id),
        (rows) => rows.filter((row) => row.costPicoUsd >= 0n).length >= 50,
      );
    });

    it('serves exactly as many by platform access as credits cover, and the others by their own connection', async () => {
      const { admin, oracle, system } = scene();
      const second = await system.startInstance('gateway');
      const price = { inputPerMTok: '0', outputPerMTok: '0', perRequest: '1' };
      const operator = await admin.createProject('operator');
      const shared = await admin.connect(operator.id, 'shared', {
        access: 'platform',
        models: [{ name: 'shared-instant', price }],
      });
      const project = await admin.createProject('credited');
      const own = await admin.connect(project.id, 'own', {
        models: [{ name: 'own-instant', price }],
      });
      const route = await admin.publishRoute(project.id, 'both', [
        { aiProviderId: shared.id, model: 'shared-instant' },
        { aiProviderId: own.id, model: 'own-instant', priority: 1 },
      ]);
      const credits = `/api/v1/organizations/${project['organizationId']}/credits`;
      await admin.call('POST', credits, { amountUsd: 37, reference: 'first' });
      const key = await admin.createKey(project.id, route.id);
      const urls = [system.facts().gatewayUrl, second.url];
      const send = async (place: number, text: string): Promise<string> => {
        const response = await fetch(`${urls[place % 2]}/v1/chat/completions`, {
          method: 'POST',
          headers: { authorization: `Bearer ${text}`, 'content-type': 'application/json' },
          body: JSON.stringify({ messages: [{ role: 'user', content: 'Hello' }] }),
        });
        const body = (await response.json()) as { readonly error?: { readonly code: string } };
        return body.error?.code ?? `${response.headers.get('x-tollgate-model')}`;
      };
      const answers = await Promise.all(
        Array.from({ length: 200 }, (_, place) => send(place, key.key)),
      );
      const counts = Object.groupBy(answers, (answer) => answer);
      expect({
        shared: counts['shared-instant']?.length,
        own: counts['own-instant']?.length,
      }).toEqual({ shared: 37, own: 163 });
      expect(await oracle.journal('shared-instant')).toHaveLength(37);
      await eventually(
        'the credits are spent',
        () => admin.call<{ readonly spentUsd: string }>('GET', credits),
        ({ spentUsd }) => spentUsd === '37',
      );
      const alone = await admin.publishRoute(project.id, 'alone', [
        { aiProviderId: shared.id, model: 'shared-instant' },
      ]);
      const other = await admin.createKey(project.id, alone.id);
      expect(await send(0, other.key)).toBe('budget_exceeded');
      await admin.call('POST', credits, { amountUsd: 1, reference: 'second' });
      await eventually(
        'the new credits count',
        () => send(0, other.key),
        (told) => told === 'shared-instant',
      );
      expect(await send(1, other.key)).toBe('budget_exceeded');
    });

    it('gives each end user its own limit, and goes to another model when one has met its own', async () => {
      const { admin, oracle, system } = scene();
      const second = await system.startInstance('gateway');
      const project = await admin.createProject('selecting');
      const connection = await admin.connect(project.id, 'simulator', {
        models: [{ name: 'first-choice-instant' }, { name: 'second-choice-instant' }],
      });
      const route = await admin.publishRoute(project.id, 'both', [
        { aiProviderId: connection.id, model: 'first-choice-instant' },
        { aiProviderId: connection.id, model: 'second-choice-instant', priority: 1 },
      ]);
      const perDay = { metric: 'requests', window: 'day' };
      const key = await admin.createKey(project.id, route.id, {
        budgets: [
          { ...perDay, limit: 8, scope: 'end_user' },
          { ...perDay, limit: 20, scope: 'model', match: 'first-choice-instant' },
        ],
      });
      const urls = [system.facts().gatewayUrl, second.url];
      const users = ['alice', 'bob', 'carol', 'dave'];
      const answers = await Promise.all(
        Array.from({ length: 60 }, async (_, place) => {
          const user = users[place % 4] ?? '';
          const response = await fetch(`${urls[place % 3 === 0 ? 0 : 1]}/v1/chat/completions`, {
            method: 'POST',
            headers: { authorization: `Bearer ${key.key}`, 'content-type': 'application/json' },
            body: JSON.stringify({ user, messages: [{ role: 'user', content: 'Hello' }] }),
          });
          const body = (await response.json()) as { readonly error?: { readonly code: string } };
          return `${user} ${body.error?.code ?? 'served'}`;
        }),
      );
      const counts = Object.groupBy(answers, (answer) => answer);
      for (const user of users)
        expect({
          served: counts[`${user} served`]?.length,
          refused: counts[`${user} budget_exceeded`]?.length,
        }).toEqual({ served: 8, refused: 7 });
      expect(await oracle.journal('first-choice-instant')).toHaveLength(20);
      expect(await oracle.journal('second-choice-instant')).toHaveLength(12);
    });

    it('stops an organization without credits at its onboarding cap', async () => {
      const { admin, system } = scene();
      const operator = await admin.createProject('host');
      const shared = await admin.connect(operator.id, 'host', {
        access: 'platform',
        models: [{ name: 'free-instant' }],
      });
      const project = await admin.createProject('newcomer');
      await admin.call('PATCH', `/api/v1/organizations/${project['organizationId']}`, {
        managedCaps: { chat: 5 },
      });
      const route = await admin.publishRoute(project.id, 'free', [
        { aiProviderId: shared.id, model: 'free-instant' },
      ]);
      const key = await admin.createKey(project.id, route.id);
      const answers = await Promise.all(
        Array.from({ length: 20 }, async () => {
          const response = await fetch(`${system.facts().gatewayUrl}/v1/chat`, {
            method: 'POST',
            headers: { authorization: `Bearer ${key.key}`, 'content-type': 'application/json' },
            body: JSON.stringify({ messages: [{ role: 'user', content: 'Hello' }] }),
          });
          const body = (await response.json()) as { readonly error?: string };
          return `${response.status} ${body.error ?? ''}`.trim();
        }),
      );
      const counts = Object.groupBy(answers, (answer) => answer);
      expect({
        ok: counts['200']?.length,
        refused: counts['402 free_managed_limit_reached']?.length,
      }).toEqual({ ok: 5, refused: 15 });
    });

    it('never spends more than a hard money budget, and gives most of it out', async () => {
      const { admin, oracle, system } = scene();
      const model = 'priced-instant';
      const project = await admin.createProject('money');
      const connection = await admin.connect(project.id, 'simulator', {
        models: [{ name: model, price: { inputPerMTok: '1', outputPerMTok: '10' } }],
      });
      const route = await admin.publishRoute(project.id, 'main', [
        { aiProviderId: connection.id, model },
      ]);
      const limitUsd = '0.02';
      const key = await admin.createKey(project.id, route.id, {
        budgets: [
          { metric: 'cost', window: 'month', limit: limitUsd, currency: 'USD', hard: true },
        ],
      });
      const send = () =>
        fetch(`${system.facts().gatewayUrl}/v1/chat/completions`, {
          method: 'POST',
          headers: { authorization: `Bearer ${key.key}`, 'content-type': 'application/json' },
          body: JSON.stringify({
            model,
            max_tokens: 60,
            messages: [{ role: 'user', content: 'Hello' }],
          }),
        }).then((response) => response.status);
      const statuses: number[] = [];
      for (let round = 0; round < 4; round++)
        statuses.push(...(await Promise.all(Array.from({ length: 30 }, send))));
      expect(new Set(statuses)).toEqual(new Set([200, 402]));
      const answered = statuses.filter((status) => status === 200).length;
      const settled = await eventually(
        'every answer is settled',
        () => oracle.settled(key.id),
        (rows) => rows.filter((row) => row.costPicoUsd > 0n).length === answered,
      );
      const spent = settled.reduce((sum, row) => sum + row.costPicoUsd, 0n);
      expect(spent).toBeLessThanOrEqual(20_000_000_000n);
      expect(spent).toBeGreaterThan(18_000_000_000n);
    });
  });
});
