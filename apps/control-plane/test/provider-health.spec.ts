import {
  type CircuitOpened,
  failure,
  type HealthAnswer,
  type HealthRequest,
  readHealth,
  succeed,
} from '@tollgate/contracts';
import type { Bus } from '@tollgate/messaging';
import type { EventType } from '../src/webhooks/event-types.ts';
import { ProviderHealth } from '../src/webhooks/provider-health.ts';
import { messageOf } from './fake-messaging.ts';
import { useEvents } from './use-events.ts';

const BOTH: EventType[] = ['provider.unhealthy', 'provider.recovered'];
const QUIET_MS = 60_000;
const START = Date.UTC(2026, 0, 1);

type Seen = Pick<HealthAnswer['models'][number], 'state' | 'since' | 'succeeded'>;

/** What one of routing's instances would say. Which one is asked is not for the asker to choose. */
class FakeRouting {
  seen: Seen | undefined = { state: 'closed', since: 0, succeeded: 0 };
  asked = 0;

  readonly request = ((message: { subject: string }, { models }: HealthRequest) => {
    expect(message.subject).toBe(readHealth.subject);
    this.asked++;
    const { seen } = this;
    if (!seen) return Promise.resolve({ ok: false, failure: failure('bus.no_responder') });
    return Promise.resolve(
      succeed({ models: models.map((one) => ({ ...one, ...seen, failed: 0 })) }),
    );
  }) as unknown as Bus['request'];
}

describe('the health of providers', () => {
  const events = useEvents();
  let nowMs = START;
  let sequence = 0;
  let aiProviderId = '';
  const routing = new FakeRouting();

  beforeEach(async () => {
    nowMs = START;
    routing.seen = { state: 'closed', since: 0, succeeded: 0 };
    aiProviderId = await events.addConnection();
    await events.listen(BOTH);
  });

  const watch = () =>
    new ProviderHealth({
      dataSource: events.dataSource(),
      bus: routing,
      recoveredAfterMs: QUIET_MS,
      now: () => nowMs,
    });
  const opening = (at = nowMs, instanceId = 'ins_a'): CircuitOpened => ({
    instanceId,
    aiProviderId,
    model: 'm-1',
    at,
    failure: 'provider.server_error',
    failed: 5,
    succeeded: 1,
    reopensAt: at + 5_000,
  });
  const tell = (health: ProviderHealth, ...openings: object[]) =>
    health.handle([messageOf(++sequence, openings)]);
  const types = async () => (await events.raised()).map(({ type }) => type);
  const proven = (): Seen => ({ state: 'closed', since: nowMs, succeeded: 1 });
  /** Asks every five seconds. */
  const pass = async (health: ProviderHealth, ms: number): Promise<void> => {
    for (const end = nowMs + ms; nowMs < end; ) {
      nowMs += 5_000;
      await health.lookForRecovery();
    }
  };

  it('are told of once, though three instances of routing see it and two control planes hear it, twice', async () => {
    const [one, other] = [watch(), watch()];
    const openings = ['ins_a', 'ins_b', 'ins_c'].map((id, index) => opening(START + index, id));
    const heard = [...openings, ...openings.toReversed()].map((event, index) =>
      tell(index % 2 === 0 ? one : other, event),
    );
    expect((await Promise.all(heard)).flat()).toEqual(Array(6).fill({ kind: 'done' }));
    const [event, ...more] = await events.raised();
    expect(more).toEqual([]);
    expect(event).toMatchObject({
      type: 'provider.unhealthy',
      data: {
        projectId: events.projectId,
        aiProviderId,
        name: aiProviderId,
        provider: 'openai',
        model: 'm-1',
        failure: 'provider.server_error',
        failedCalls: 5,
        calls: 6,
      },
    });
  });

  it('have recovered once success is proven and a minute was quiet, told once over two control planes', async () => {
    const [one, other] = [watch(), watch()];
    await tell(one, opening());
    nowMs += 10_000;
    routing.seen = proven();
    const asked = routing.asked;
    await Promise.all([one.lookForRecovery(), other.lookForRecovery()]);
    await pass(one, QUIET_MS - 5_000);
    expect(await types()).toEqual(['provider.unhealthy']);
    nowMs += 5_000;
    await Promise.all([one.lookForRecovery(), other.lookForRecovery()]);
    const [, recovered, ...more] = await events.raised();
    expect(more).toEqual([]);
    expect(recovered).toMatchObject({
      type: 'provider.recovered',
      data: {
        model: 'm-1',
        unhealthySince: new Date(START).toISOString(),
        recoveredAt: new Date(nowMs).toISOString(),
      },
    });
    const afterwards = routing.asked;
    expect(afterwards).toBeGreaterThan(asked);
    await one.lookForRecovery();
    expect(routing.asked).toBe(afterwards);
  });

  it('that flap are told of as unhealthy once, and once as recovered when they keep quiet', async () => {
    const health = watch();
    for (let round = 0; round < 20; round++) {
      await tell(health, opening());
      routing.seen = { state: 'half-open', since: nowMs, succeeded: 0 };
      await pass(health, 5_000);
      routing.seen = proven();
      await pass(health, 30_000);
    }
    expect(await types()).toEqual(['provider.unhealthy']);
    await pass(health, QUIET_MS);
    expect(await types()).toEqual(['provider.unhealthy', 'provider.recovered']);
  });

  it('are not said to have recovered by an instance that has just started, or when nobody answers', async () => {
    const health = watch();
    await tell(health, opening());
    await pass(health, 10 * QUIET_MS);
    routing.seen = undefined;
    await pass(health, 10 * QUIET_MS);
    // What it saw before it went wrong proves nothing either.
    routing.seen = { state: 'closed', since: START - 1, succeeded: 100 };
    await pass(health, 10 * QUIET_MS);
    expect(await types()).toEqual(['provider.unhealthy']);
    routing.seen = proven();
    await pass(health, QUIET_MS + 5_000);
    expect(await types()).toEqual(['provider.unhealthy', 'provider.recovered']);
  });

  it('are told of again when they fail after they recovered, but not by news from before', async () => {
    const health = watch();
    await tell(health, opening());
    nowMs += 1;
    routing.seen = proven();
    await pass(health, QUIET_MS + 10_000);
    await tell(health, opening(START), opening(nowMs - 30_000));
    expect(await types()).toEqual(['provider.unhealthy', 'provider.recovered']);
    await tell(health, opening(nowMs + 1));
    expect(await types()).toEqual([
      'provider.unhealthy',
      'provider.recovered',
      'provider.unhealthy',
    ]);
  });

  it('are told to the project whose connection it is, each model for itself', async () => {
    const theirs = await events.listen(BOTH, { projectId: events.otherProjectId });
    const health = watch();
    await tell(health, opening(), { ...opening(), model: 'm-2' });
    expect((await events.raised()).map(({ data }) => data.model).sort()).toEqual(['m-1', 'm-2']);
    const deliveries = await events
      .dataSource()
      .query('SELECT 1 FROM control_plane.webhook_deliveries WHERE webhook_id = $1', [theirs]);
    expect(deliveries).toEqual([]);
  });

  it('are not asked for again when Postgres will never hold them', async () => {
    const unholdable = messageOf(++sequence, [{ ...opening(), model: 'm\0' }]);
    await expect(watch().handle([unholdable])).rejects.toThrow(/invalid byte sequence/);
    expect(await types()).toEqual([]);
  });

  it('of connections that are gone concern nobody, and what cannot be read is set aside', async () => {
    const health = watch();
    const message = messageOf(++sequence, [
      { ...opening(), aiProviderId: 'aip_gone' },
      { at: 'noon' },
      opening(),
    ]);
    expect(await health.handle([message])).toEqual([
      { kind: 'dead', reason: 'is not of its schema', lines: ['{"at":"noon"}'] },
    ]);
    expect(await types()).toEqual(['provider.unhealthy']);
    await events.dataSource().query('DELETE FROM control_plane.ai_providers');
    await health.lookForRecovery();
    expect(await types()).toEqual(['provider.unhealthy']);
  });
});
