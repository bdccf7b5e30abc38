import { inMode } from './in-both-modes.ts';

const LIMIT = 900;
/** So low that hardly anything refills while all are sent at once. */
const LOW = 60;
const MINUTE_MS = 60_000;
/** Requests after the burst: at the limit all the time. */
const AT_THE_LIMIT = 250;
const MOST_AT_ONCE = 60;

interface Answer {
  readonly status: number;
  readonly remaining: number;
  /** Seconds until the bucket is full. */
  readonly reset: number;
  readonly retryAfter: number | null;
}

describe('rate limits over two gateways', () => {
  inMode('distributed', (scene) => {
    const start = async (name: string, rateLimit: number) => {
      const { admin, system } = scene();
      const second = await system.startInstance('gateway');
      const { key } = await admin.setUp(name, { rateLimit });
      const urls = [system.facts().gatewayUrl, second.url];
      let sent = 0;
      return async (): Promise<Answer> => {
        const response = await fetch(`${urls[sent++ % 2]}/v1/chat/completions`, {
          method: 'POST',
          headers: { authorization: `Bearer ${key.key}`, 'content-type': 'application/json' },
          body: JSON.stringify({
            model: `${name}-instant`,
            messages: [{ role: 'user', content: 'Hello' }],
          }),
        });
        await response.arrayBuffer();
        const header = (what: string): number =>
          Number.parseInt(response.headers.get(`x-ratelimit-${what}-requests`) ?? 'NaN', 10);
        const retryAfter = response.headers.get('retry-after');
        return {
          status: response.status,
          remaining: header('remaining'),
          reset: header('reset'),
          retryAfter: retryAfter === null ? null : Number(retryAfter),
        };
      };
    };
    const together = (send: () => Promise<Answer>, count: number) =>
      Promise.all(Array.from({ length: count }, send));

    it('refuse nothing to a client that obeys the headers, and let it have all of the limit', async () => {
      const send = await start('obeying', LIMIT);
      const began = performance.now();
      let served = 0;
      let refused = 0;
      let last = await send();
      while (served < LIMIT + AT_THE_LIMIT) {
        if (last.remaining === 0) {
          // It is full at the reset, and refills by the limit a minute until then.
          await passes(last.reset * 1_000 - MINUTE_MS + MINUTE_MS / LIMIT);
          last = { ...last, remaining: 1 };
        }
        const answers = await together(send, Math.min(last.remaining, MOST_AT_ONCE));
        served += answers.filter(({ status }) => status === 200).length;
        refused += answers.filter(({ status }) => status !== 200).length;
        last = answers.reduce((least, one) => (one.remaining <= least.remaining ? one : least));
      }
      expect(refused).toBe(0);
      const elapsed = performance.now() - began;
      expect(served + 1).toBeLessThanOrEqual(LIMIT + (LIMIT * elapsed) / MINUTE_MS);
    }, 180_000);

    it('tell one that does not when its request fits', async () => {
      const send = await start('greedy', LOW);
      const began = performance.now();
      const answers = await together(send, 3 * LOW);
      const refused = answers.filter(({ status }) => status === 429);
      expect(refused.length).toBeGreaterThan(0);
      expect(answers.filter(({ status }) => status !== 200 && status !== 429)).toEqual([]);
      const elapsed = performance.now() - began;
      const served = answers.length - refused.length;
      expect(served).toBeGreaterThanOrEqual(LOW);
      expect(served).toBeLessThanOrEqual(LOW + (LOW * elapsed) / MINUTE_MS);
      for (const { remaining, retryAfter } of refused) {
        expect(remaining).toBeLessThan(LOW);
        expect(retryAfter).toBeGreaterThanOrEqual(1);
        expect(retryAfter).toBeLessThanOrEqual(60);
      }
      await passes(1_000 * Math.max(...refused.map(({ retryAfter }) => retryAfter ?? 0)));
      expect((await send()).status).toBe(200);
    }, 180_000);
  });
});

/** Waits as long as a client is told to. */
function passes(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)));
}
