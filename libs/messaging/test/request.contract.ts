import { failure, succeed } from '@tollgate/contracts';
import { BusFailure } from '../src/index.ts';
import type { BusEnds } from './bus-ends.ts';
import { add, rang, readPages } from './messages.ts';
import { until } from './until.ts';

/** What holds for requests and broadcasts, whichever way they are carried. */
export function requestContract(endsNow: () => BusEnds): void {
  let ends: BusEnds;
  beforeEach(() => {
    ends = endsNow();
  });

  describe('a request', () => {
    it('is answered', async () => {
      ends.routing.answers(add, ({ left, right }) => ({ total: left + right }));
      await ends.routing.listen();
      expect(await ends.caller.request(add, { left: 1, right: 2 })).toEqual(succeed({ total: 3 }));
    });

    it('brings its request id, its trace context and its deadline along', async () => {
      let seen: object = {};
      ends.routing.answers(add, (_question, context) => {
        seen = context;
        return { total: 0 };
      });
      await ends.routing.listen();
      const envelope = {
        requestId: 'req_1',
        traceparent: '00-a-b-01',
        deadlineAt: Date.now() + 900,
      };
      await ends.caller.request(add, { left: 0, right: 0 }, envelope);
      expect(seen).toEqual(envelope);
    });

    it('fails at once when nobody answers it', async () => {
      const startedAt = Date.now();
      const result = await ends.caller.request(add, { left: 1, right: 2 });
      expect(result).toMatchObject({ ok: false, failure: { code: 'bus.no_responder' } });
      expect(Date.now() - startedAt).toBeLessThan(1_000);
    });

    it('fails at its deadline', async () => {
      ends.routing.answers(add, () => new Promise(() => undefined));
      await ends.routing.listen();
      const deadlineAt = Date.now() + 100;
      const result = await ends.caller.request(add, { left: 1, right: 2 }, { deadlineAt });
      expect(result).toMatchObject({ failure: { code: 'bus.deadline_exceeded' } });
      expect(Date.now()).toBeGreaterThanOrEqual(deadlineAt);
      expect(Date.now() - deadlineAt).toBeLessThan(500);
      await ends.routing.close(0);
    });

    it('is not handled after its deadline', async () => {
      let handled = 0;
      ends.routing.answers(add, () => ({ total: ++handled }));
      await ends.routing.listen();
      const late = { deadlineAt: Date.now() - 1 };
      const result = await ends.caller.request(add, { left: 1, right: 2 }, late);
      expect(result).toMatchObject({ failure: { code: 'bus.deadline_exceeded' } });
      expect(handled).toBe(0);
    });

    it('fails when its handler throws', async () => {
      ends.routing.answers(add, () => {
        throw new Error('kaputt');
      });
      await ends.routing.listen();
      expect(await ends.caller.request(add, { left: 1, right: 2 })).toMatchObject({
        failure: { code: 'bus.handler_failed', internal: 'kaputt' },
      });
    });

    it('fails with the failure that its handler names', async () => {
      ends.routing.answers(add, () => {
        throw new BusFailure(failure('budget.exceeded'));
      });
      await ends.routing.listen();
      expect(await ends.caller.request(add, { left: 1, right: 2 })).toEqual({
        ok: false,
        failure: failure('budget.exceeded'),
      });
    });

    it('takes an answer that is longer than a message', async () => {
      const text = 'ü'.repeat(1_000);
      ends.routing.answers(readPages, ({ count }) => ({ pages: Array(count).fill(text) }));
      await ends.routing.listen();
      const result = await ends.caller.request(readPages, { count: 2_000 });
      expect(result).toEqual(succeed({ pages: Array(2_000).fill(text) }));
    });
  });

  describe('a broadcast', () => {
    it('reaches every listener once', async () => {
      const heard: string[] = [];
      ends.routing.hears(rang, ({ bell }) => void heard.push(`routing ${bell}`));
      ends.adapter.hears(rang, ({ bell }) => void heard.push(`adapter ${bell}`));
      await Promise.all([ends.routing.listen(), ends.adapter.listen()]);
      ends.caller.broadcast(rang, { bell: 1 });
      ends.caller.broadcast(rang, { bell: 2 });
      await until('both bells', () => heard.length >= 4);
      expect([...heard].sort()).toEqual(['adapter 1', 'adapter 2', 'routing 1', 'routing 2']);
    });
  });
}
