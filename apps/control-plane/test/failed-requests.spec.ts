import { createTelemetry } from '@tollgate/telemetry';
import { createDataSource } from '../src/database/data-source.ts';
import { FailedRequests } from '../src/webhooks/failed-requests.ts';
import { TOLD_A_MINUTE } from '../src/webhooks/sample-failures.ts';
import { messageOf } from './fake-messaging.ts';
import { useEvents } from './use-events.ts';

const START = Date.UTC(2026, 0, 1, 12, 0, 30);
const MINUTE = 60_000;
let requests = 0;

describe('requests that failed', () => {
  const events = useEvents();
  let nowMs = START;
  let sequence = 0;
  beforeEach(() => {
    nowMs = START;
  });

  const intake = () => new FailedRequests({ dataSource: events.dataSource(), now: () => nowMs });
  const record = (changes: object = {}) => ({
    id: `req_${++requests}`,
    projectId: events.projectId,
    keyId: 'key_1',
    routeId: 'rte_1',
    startedAt: nowMs - 500,
    modelAsked: 'gpt-4o',
    aiProviderId: 'aip_1',
    provider: 'openai',
    model: 'gpt-4o',
    outcome: 'failed',
    status: 503,
    code: 'all_providers_exhausted',
    failure: 'provider.server_error',
    attempts: [],
    timings: { authMs: 0, planMs: 0, grantMs: 0, providerMs: 1, ttftMs: null, totalMs: 250 },
    metadata: {},
    ...changes,
  });
  const records = (count: number, changes: object = {}) =>
    Array.from({ length: count }, () => record(changes));
  const tell = (failures: FailedRequests, ...lines: object[]) =>
    failures.handle([messageOf(++sequence, lines)]);
  const requestIds = async () =>
    (await events.raised()).flatMap(({ type, data }) =>
      type === 'request.failed' ? [data.requestId] : [],
    );

  it('are told of, one event for each, and nothing of the others', async () => {
    await events.listen(['request.failed']);
    const failed = record();
    const interrupted = record({ outcome: 'interrupted', status: 200, code: 'upstream_timeout' });
    const others = [
      record({ outcome: 'completed', status: 200, code: null, failure: null }),
      record({ outcome: 'refused', status: 402, code: 'budget_exceeded' }),
      record({ outcome: 'cancelled', status: 499 }),
    ];
    await tell(intake(), failed, ...others, interrupted);
    expect((await requestIds()).sort()).toEqual([failed.id, interrupted.id].sort());
    const told = (await events.raised()).find(({ data }) => data.requestId === failed.id);
    expect(told).toMatchObject({
      timestamp: new Date(START - 250).toISOString(),
      data: { status: 503, code: 'all_providers_exhausted', attempts: 0, durationMs: 250 },
    });
  });

  it('are told of once, though the batch is delivered again to both control planes, and stored twice', async () => {
    await events.listen(['request.failed']);
    const [one, other] = [intake(), intake()];
    const batch = records(25);
    const message = messageOf(++sequence, batch);
    const again = messageOf(++sequence, batch, 1);
    const heard = [one, other, one, other].map((failures, index) =>
      failures.handle([index < 2 ? message : again]),
    );
    expect((await Promise.all(heard)).flat()).toEqual(Array(4).fill({ kind: 'done' }));
    expect(await requestIds()).toHaveLength(TOLD_A_MINUTE);
    nowMs += 2 * MINUTE;
    await Promise.all([one.closeMinutes(), other.closeMinutes()]);
    const [summary, ...more] = (await events.raised()).filter(
      ({ type }) => type === 'request.failed.omitted',
    );
    expect(more).toEqual([]);
    expect(summary?.data).toEqual({
      projectId: events.projectId,
      from: '2026-01-01T12:00:00.000Z',
      to: '2026-01-01T12:01:00.000Z',
      told: 10,
      omitted: 15,
      omittedByCode: { all_providers_exhausted: 15 },
    });
  });

  it('are told of ten a minute in each project, over control planes that share the ten', async () => {
    for (const projectId of [events.projectId, events.otherProjectId])
      await events.listen(['request.failed'], { projectId });
    const instances = [intake(), intake(), intake()];
    const work = Array.from({ length: 30 }, (_, index) => {
      const failures = instances[index % instances.length];
      const theirs = records(1, { projectId: events.otherProjectId, code: 'upstream_timeout' });
      return failures ? tell(failures, ...records(2), ...theirs) : Promise.resolve([]);
    });
    await Promise.all(work);
    nowMs += MINUTE;
    await tell(intake(), ...records(3));
    nowMs += 2 * MINUTE;
    await intake().closeMinutes();
    const told = await events.raised();
    const count = (projectId: string) =>
      told.filter(({ type, data }) => type === 'request.failed' && data.projectId === projectId)
        .length;
    expect([count(events.projectId), count(events.otherProjectId)]).toEqual([13, 10]);
    const summaries = told.filter(({ type }) => type === 'request.failed.omitted');
    expect(summaries.map(({ data }) => data.omittedByCode)).toEqual(
      expect.arrayContaining([{ all_providers_exhausted: 50 }, { upstream_timeout: 20 }]),
    );
    expect(summaries).toHaveLength(2);
  });

  it('from before anybody listened, or of an hour ago, are told to nobody', async () => {
    expect(await intake().hasListeners()).toBe(false);
    await tell(intake(), record());
    await events.listen(['request.failed'], { createdAt: new Date(nowMs) });
    expect(await intake().hasListeners()).toBe(true);
    await tell(intake(), record({ startedAt: nowMs - 1_000 }));
    nowMs += 2 * 60 * MINUTE;
    await tell(intake(), record({ startedAt: nowMs - 90 * MINUTE }));
    expect(await requestIds()).toEqual([]);
    const fresh = record();
    await tell(intake(), fresh);
    expect(await requestIds()).toEqual([fresh.id]);
  });
});

describe('requests that failed while Postgres is away', () => {
  it('are asked for again', async () => {
    const { log } = await createTelemetry({ service: 'control-plane', level: 'silent' });
    const dataSource = createDataSource('postgres://nobody:x@127.0.0.1:1/none', log);
    const failures = new FailedRequests({ dataSource, now: () => START });
    expect(await failures.handle([messageOf(1, [{}])])).toEqual([
      { kind: 'retry', afterMs: 1_000 },
    ]);
  });
});
