import { createServer } from 'node:http';
import { configKeys, keyPolicy } from '@tollgate/contracts';
import { hashKey } from '@tollgate/secrets';
import pg from 'pg';
import { makeShop } from './make-shop.ts';
import { pollUntil } from './poll-until.ts';
import { callApi, useControlPlane } from './use-control-plane.ts';

const PATH = '/api/v1/exchange-rates';

interface Feed {
  answer: string;
  status: number;
  asked: number;
  url(): string;
}

function useFeed(): Feed {
  let port = 0;
  const feed: Feed = {
    answer: '',
    status: 200,
    asked: 0,
    url: () => `http://127.0.0.1:${port}/latest?app_id=secret-key`,
  };
  const server = createServer((_request, response) => {
    feed.asked++;
    response.writeHead(feed.status, { 'content-type': 'application/json' }).end(feed.answer);
  });
  beforeAll(
    () =>
      new Promise<void>((resolve) => {
        server.listen(0, '127.0.0.1', () => {
          const address = server.address();
          if (typeof address === 'object' && address) port = address.port;
          resolve();
        });
      }),
  );
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  return feed;
}

const ratesOf = (date: string, rates: Record<string, number>) =>
  JSON.stringify({ base: 'USD', date, rates: { USD: 1, ...rates } });

describe('exchange rates', () => {
  const feed = useFeed();
  const { call, start, writer, stack } = useControlPlane();
  const rate = async (currency: string) =>
    (await call('GET', PATH)).body.data.find(
      (one: { currency: string }) => one.currency === currency,
    );
  const makeDue = async (): Promise<void> => {
    const client = new pg.Client({ connectionString: stack.postgresUrl() });
    await client.connect();
    await client.query('UPDATE control_plane.exchange_rate_feed SET next_at = now()');
    await client.end();
  };
  const state = async (url: string) => (await callApi(url, 'GET', PATH)).body.feed;
  /** Runs one more control plane with the feed until it has checked. */
  const check = async (answer: string, status = 200) => {
    Object.assign(feed, { answer, status });
    await makeDue();
    const before = feed.asked;
    const one = await start({ TOLLGATE_EXCHANGE_RATES_URL: feed.url() });
    try {
      await pollUntil('the feed was noted', async () => {
        const { nextAt } = (await state(one.url)) ?? { nextAt: 0 };
        return feed.asked > before && Date.parse(nextAt) > Date.now() + 60_000;
      });
      return await state(one.url);
    } finally {
      await one.stop();
    }
  };
  const usdPerEur = (text: string) => {
    const document = writer.entries.get(configKeys.keyPolicy(hashKey(text))) ?? 'null';
    const { quotas } = keyPolicy.parse(JSON.parse(document));
    return quotas.find(({ currency }) => currency === 'EUR')?.usdPerUnit;
  };

  it('come from the configured URL, and reach the keys whose budgets need them', async () => {
    expect((await call('GET', PATH)).body).toEqual({ data: [], nextCursor: null, feed: null });
    const told = await check(ratesOf('2026-11-18', { EUR: 0.8, GBP: 0.5 }));
    expect(told).toMatchObject({ problem: null, url: expect.stringMatching(/\/latest$/) });
    expect(JSON.stringify(told)).not.toContain('secret-key');
    expect(await rate('EUR')).toMatchObject({
      usdPerUnit: '1.25',
      source: 'feed',
      asOf: '2026-11-18',
    });
    const { projectId } = await makeShop(call);
    const key = await call('POST', '/api/v1/keys', { projectId, name: 'k', budgetMonthlyEur: 5 });
    expect(usdPerEur(key.body.key)).toBe('1.25');
    await check(ratesOf('2026-11-19', { EUR: 1, GBP: 0.5 }));
    await pollUntil('the policy has it', () => usdPerEur(key.body.key) === '1');
  });

  it('stay as they are when the feed is of no use, which is shown with their age', async () => {
    const before = await rate('EUR');
    for (const [answer, status, problem] of [
      ['oops', 500, 'it could not be fetched: refused'],
      ['<html>', 200, 'it has no <Cube time="…">'],
      ['x'.repeat(2_000_000), 200, 'it could not be fetched: too_large'],
    ] as const) {
      const told = await check(answer, status);
      expect(told).toMatchObject({ problem });
      expect(Date.parse(told.succeededAt)).toBeLessThan(Date.parse(told.checkedAt));
    }
    expect(await rate('EUR')).toEqual(before);
  });

  it('are not believed when they double, and never go back to an earlier day', async () => {
    const told = await check(ratesOf('2026-11-20', { EUR: 0.4, GBP: 0.6 }));
    expect(told.problem).toContain('EUR');
    expect(await rate('EUR')).toMatchObject({ usdPerUnit: '1', asOf: '2026-11-19' });
    expect(await rate('GBP')).toMatchObject({ usdPerUnit: '1.666666666667', asOf: '2026-11-20' });
    await check(ratesOf('2026-11-17', { EUR: 0.9, GBP: 0.9 }));
    expect(await rate('GBP')).toMatchObject({ usdPerUnit: '1.666666666667' });
  });

  it("are left alone where an operator set them, until they are the feed's again", async () => {
    await call('PUT', `${PATH}/EUR`, { usdPerUnit: '1.08' });
    await check(ratesOf('2026-11-21', { EUR: 1 }));
    expect(await rate('EUR')).toMatchObject({ usdPerUnit: '1.08', source: 'operator', asOf: null });
    expect((await call('DELETE', `${PATH}/EUR`)).status).toBe(409);
    const one = await start({ TOLLGATE_EXCHANGE_RATES_URL: feed.url() });
    const released = await callApi(one.url, 'DELETE', `${PATH}/EUR`);
    expect(released.body).toMatchObject({ usdPerUnit: '1.08', source: 'feed' });
    expect((await callApi(one.url, 'DELETE', `${PATH}/CHF`)).status).toBe(404);
    await one.stop();
    await check(ratesOf('2026-11-21', { EUR: 1 }));
    expect(await rate('EUR')).toMatchObject({ usdPerUnit: '1', source: 'feed' });
  });

  it('are asked for once, however many control planes there are', async () => {
    Object.assign(feed, { answer: ratesOf('2026-11-21', { EUR: 1 }), status: 200 });
    await makeDue();
    const before = feed.asked;
    const several = await Promise.all(
      [1, 2, 3].map(() => start({ TOLLGATE_EXCHANGE_RATES_URL: feed.url() })),
    );
    await pollUntil('one has asked', () => feed.asked > before);
    await Promise.all(several.map((one) => one.stop()));
    expect(feed.asked).toBe(before + 1);
  });
});
