import { type CallsObserved, circuitOpened, type CircuitOpened } from '@tollgate/contracts';
import { HealthBook } from './health-book.ts';
import { PlanInvalidation } from './plan-invalidation.ts';
import { TellHealth } from './tell-health.ts';

const MODEL = { aiProviderId: 'aip_a', model: 'gpt-4o-mini' };

function setUp(publish?: () => Promise<void>) {
  let now = 1_700_000_000_000;
  const health = new HealthBook();
  const told: CircuitOpened[] = [];
  const lost: unknown[] = [];
  const tell = new TellHealth({
    publisher: {
      publish: (message, json) => {
        expect(message).toBe(circuitOpened);
        told.push(circuitOpened.event.parse(JSON.parse(json)));
        return publish?.() ?? Promise.resolve();
      },
    },
    health,
    instanceId: 'ins_routing',
    now: () => now,
    onLost: (failure) => lost.push(failure),
  });
  const invalidation = new PlanInvalidation({
    bus: { broadcast: () => undefined },
    planner: { nextEpoch: () => 1 },
    health,
    now: () => now,
    onHealthChange: (change) => tell.changed(change),
  });
  const report = (succeeded: number, failed: number): void => {
    const outcome = {
      ...MODEL,
      succeeded,
      failed: failed > 0 ? { 'provider.server_error': failed } : {},
      ttftMsSum: 0,
      durationMsSum: 0,
      retryAfterMs: 0,
    };
    const event: CallsObserved = { instanceId: 'ins_a', at: now, outcomes: [outcome] };
    invalidation.callsObserved(event);
  };
  const read = () => tell.read({ models: [MODEL] }).models[0];
  const pass = (ms: number): void => {
    now += ms;
    invalidation.tick();
  };
  return { told, lost, report, read, pass, now: () => now };
}

describe('TellHealth', () => {
  it('says once that a circuit opened, with what was seen, and again when it opens again', () => {
    const { told, report, pass, now } = setUp();
    const startedAt = now();
    report(2, 5);
    report(0, 3);
    expect(told).toEqual([
      {
        instanceId: 'ins_routing',
        ...MODEL,
        at: startedAt,
        failure: 'provider.server_error',
        failed: 5,
        succeeded: 2,
        reopensAt: startedAt + 5_000,
      },
    ]);
    pass(5_000);
    expect(told).toHaveLength(1);
    report(0, 1);
    expect(told).toHaveLength(2);
    expect(told[1]?.reopensAt).toBe(now() + 10_000);
  });

  it('says nothing of a circuit that closes, and answers by then with the success that closed it', () => {
    const { told, report, read, pass, now } = setUp();
    report(0, 5);
    expect(read()).toMatchObject({ state: 'open', failed: 5 });
    pass(5_000);
    expect(read()).toMatchObject({ state: 'half-open', succeeded: 0, failed: 0 });
    const provedAt = now();
    report(1, 0);
    expect(read()).toMatchObject({ state: 'closed', since: provedAt, succeeded: 1, failed: 0 });
    expect(told).toHaveLength(1);
  });

  it('answers for what it never saw that it saw nothing', () => {
    expect(setUp().read()).toEqual({
      ...MODEL,
      state: 'closed',
      since: 0,
      succeeded: 0,
      failed: 0,
    });
  });

  it('goes on when the event can be kept nowhere', async () => {
    const full = new Error('the spool is full');
    const { lost, report, read } = setUp(() => Promise.reject(full));
    report(0, 5);
    await new Promise(setImmediate);
    expect(lost).toEqual([full]);
    expect(read()?.state).toBe('open');
  });
});
