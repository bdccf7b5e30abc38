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
