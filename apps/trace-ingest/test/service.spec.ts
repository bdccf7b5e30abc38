import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { connectClickHouse } from '@tollgate/clickhouse';
import { queryRequests, queryUsage, requestFinished, type UsageAnswer } from '@tollgate/contracts';
import { connectMessaging, type Messaging, SILENT } from '@tollgate/messaging';
import { createTelemetry, type FinishedSpan, type Telemetry } from '@tollgate/telemetry';
import { useStack } from '@tollgate/test-harness';
import { replayDeadLetters, startTraceIngest, traceIngestSettings } from '../src/index.ts';
import { line, record } from './records.ts';
import { sumsOf } from './support.ts';

const stack = useStack({ only: ['nats', 'clickhouse'] });
jest.setTimeout(120_000);

const isOwnServer = !process.env.TOLLGATE_TEST_CLICKHOUSE_URL;

describe('trace-ingest', () => {
  const closing: (() => Promise<unknown> | void)[] = [];
  let organizations = 0;
  let organizationId = '';
  beforeEach(() => {
    organizationId = `org_${++organizations}`;
  });
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
  });

  const connect = async (service: 'trace-ingest' | 'gateway'): Promise<Messaging> => {
    const spoolDir = mkdtempSync(path.join(os.tmpdir(), 'trace-ingest-'));
    const messaging = await connectMessaging({
      natsUrl: stack.natsUrl(),
      service,
      spoolDir,
      log: SILENT,
    });
    closing.push(async () => {
      await messaging.close();
      rmSync(spoolDir, { recursive: true });
    });
    return messaging;
  };

  const start = async (over: { telemetry?: Partial<Telemetry>; url?: string } = {}) => {
    const messaging = await connect('trace-ingest');
    const telemetry = await createTelemetry({ service: 'trace-ingest', level: 'silent' });
    const settings = traceIngestSettings.parse({
      NATS_URL: stack.natsUrl(),
      CLICKHOUSE_URL: stack.clickhouseUrl(),
      TOLLGATE_INGEST_FLUSH_MS: '50',
      TOLLGATE_PROBE_PORT: '0',
    });
    const service = await startTraceIngest({
      settings,
      messaging,
      telemetry: { ...telemetry, ...over.telemetry },
    });
    let stopped: Promise<void> | undefined;
    const stop = (): Promise<void> => (stopped ??= service.stop());
    closing.push(stop);
    return { messaging, telemetry, url: service.url ?? '', stop };
  };

  const usage = async (bus: Messaging): Promise<UsageAnswer> => {
    const asked = {
      organizationId,
      projectId: null,
      groupBy: [],
      from: 0,
      to: 4e12,
      interval: null,
    };
    const result = await bus.bus.request(queryUsage, asked);
    if (!result.ok) throw new Error(result.failure.code);
    return result.value;
  };

  const countOf = (answer: UsageAnswer): number =>
    answer.outcome === 'found' ? (answer.rows[0]?.requests ?? 0) : -1;

  const until = async (what: () => Promise<boolean>, ms = 30_000): Promise<void> => {
    const deadline = performance.now() + ms;
    while (!(await what())) {
      if (performance.now() > deadline) throw new Error('it did not come about in time');
      await sleep(25);
    }
  };

  /** Roll-ups are written right after the rows, so they may be a moment behind. */
  const expectSumsAgree = async (): Promise<void> => {
    const clickhouse = connectClickHouse({ url: stack.clickhouseUrl(), application: 'test' });
    closing.push(() => clickhouse.close());
    let sums = await sumsOf(clickhouse);
    const agree = (): boolean =>
      isDeepStrictEqual(
        [sums.byKey, sums.byRoute, sums.byProvider],
        [sums.final, sums.final, sums.attempts],
      );
    for (let tries = 0; tries < 50 && !agree(); tries++) {
      await sleep(100);
      sums = await sumsOf(clickhouse);
    }
    expect(sums.rows).toBe(sums.ids);
    expect(sums.byKey).toEqual(sums.final);
    expect(sums.byRoute).toEqual(sums.final);
    expect(sums.byProvider).toEqual(sums.attempts);
  };

  it('stores what is published and answers for it', async () => {
    const { url } = await start();
    const gateway = await connect('gateway');
    const one = record({ organizationId });
    await gateway.publisher.publish(requestFinished, JSON.stringify(one));
    await Promise.all(
      Array.from({ length: 99 }, () =>
        gateway.publisher.publish(requestFinished, line({ organizationId })),
      ),
    );
    await until(async () => countOf(await usage(gateway)) === 100);
    expect(await usage(gateway)).toMatchObject({ rows: [{ costUsd: '0.0150000001' }] });
    const found = await gateway.bus.request(queryRequests, {
      ...{ organizationId, projectId: null, requestId: one.id, keyId: null, model: null },
      ...{ outcome: null, from: null, to: null, limit: 1, cursor: null },
    });
    expect(found).toMatchObject({
      ok: true,
      value: { requests: [{ id: one.id }], nextCursor: null },
    });
    await expectSumsAgree();
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
    const metrics = await (await fetch(`${url}/metrics`)).text();
    expect(metrics).toMatch(/tollgate_trace_rows_inserted_total\{[^}]*\} 100\b/);
  });

  it("stores an adapter's record rather than the guess of a gateway that had lost it, whichever comes first", async () => {
    await start();
    const gateway = await connect('gateway');
    const measured = { ...record({ organizationId }), costPicoUsd: '211000000' };
    const guess = {
      ...measured,
      usageSource: 'estimated',
      costPicoUsd: '33000000',
      recordedBy: 'gateway',
    };
    for (const one of [guess, measured]) {
      await gateway.publisher.publish(requestFinished, JSON.stringify(one));
      await gateway.publisher.flush();
    }
    await until(async () => countOf(await usage(gateway)) === 1);
    expect(await usage(gateway)).toMatchObject({ rows: [{ costUsd: '0.000211' }] });
    await expectSumsAgree();
  });

  it('shares the work with another instance, and loses or doubles nothing when one leaves', async () => {
    const first = await start();
    await start();
    const gateway = await connect('gateway');
    for (let burst = 0; burst < 20; burst++) {
      await Promise.all(
        Array.from({ length: 25 }, () =>
          gateway.publisher.publish(requestFinished, line({ organizationId })),
        ),
      );
      if (burst === 10) void first.stop();
    }
    await first.stop();
    await until(async () => countOf(await usage(gateway)) === 500);
    await expectSumsAgree();
  });

  it('projects what it stored as spans where somebody collects them', async () => {
    const seen: [FinishedSpan, string][] = [];
    await start({ telemetry: { spans: { add: (...span) => void seen.push(span) } } });
    const gateway = await connect('gateway');
    const one = record({ organizationId });
    await gateway.publisher.publish(requestFinished, JSON.stringify(one));
    await gateway.publisher.publish(requestFinished, JSON.stringify(one));
    await until(async () => countOf(await usage(gateway)) === 1 && seen.length > 0);
    expect(seen).toMatchObject([
      [{ kind: 'server', children: [{ kind: 'client' }] }, one.traceparent],
    ]);
  });

  it('parks what can never be stored, goes on, and replays it when asked', async () => {
    await start();
    const gateway = await connect('gateway');
    const lines = [
      line({ organizationId }),
      '{"v":1,"id":"req_x"}',
      line({ organizationId, startedAt: -1 }),
    ];
    await Promise.all(lines.map((one) => gateway.publisher.publish(requestFinished, one)));
    await gateway.publisher.publish(requestFinished, line({ organizationId }));
    await until(async () => countOf(await usage(gateway)) === 2);
    const replay = () => replayDeadLetters(gateway.consumers, gateway.publisher);
    // The second is no record; the third is one, although the store does not take it.
    await until(async () => {
      const report = await replay();
      return report.replayed === 1 && report.left === 1;
    });
    await gateway.publisher.publish(requestFinished, line({ organizationId }));
    await until(async () => countOf(await usage(gateway)) === 3);
  });

  it('holds everything while ClickHouse is away, and then stores it once', async () => {
    if (!isOwnServer) return console.log('not run: a server of somebody else is not killed');
    const { url } = await start();
    const gateway = await connect('gateway');
    let published = 0;
    const burst = async (records: number): Promise<void> => {
      published += records;
      await Promise.all(
        Array.from({ length: records }, () =>
          gateway.publisher.publish(requestFinished, line({ organizationId })),
        ),
      );
    };
    for (let i = 0; i < 30; i++) {
      await burst(40);
      if (i % 10 === 4) stack.stack().kill('clickhouse', 'SIGKILL');
      if (i % 10 === 9) await stack.stack().restart('clickhouse');
      // Inserts are under way at every moment of this.
      await sleep(20);
    }
    stack.stack().kill('clickhouse', 'SIGKILL');
    await until(async () => (await usage(gateway)).outcome === 'unavailable');
    await burst(100);
    await until(async () =>
      (await fetch(`${url}/metrics`))
        .text()
        .then((text) => /holds_total\{[^}]*\} [1-9]/.test(text)),
    );
    await stack.stack().restart('clickhouse');
    await until(async () => countOf(await usage(gateway)) === published);
    await expectSumsAgree();
  });

  it('starts while ClickHouse is away, says so, and begins once it is there', async () => {
    if (!isOwnServer) return console.log('not run: a server of somebody else is not killed');
    stack.stack().kill('clickhouse', 'SIGKILL');
    const { url } = await start();
    const gateway = await connect('gateway');
    await gateway.publisher.publish(requestFinished, line({ organizationId }));
    expect(await usage(gateway)).toEqual({ outcome: 'unavailable' });
    expect(await (await fetch(`${url}/readyz`)).json()).toMatchObject({ failing: ['ingest'] });
    await stack.stack().restart('clickhouse');
    await until(async () => countOf(await usage(gateway)) === 1);
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
    await expectSumsAgree();
  });
});
