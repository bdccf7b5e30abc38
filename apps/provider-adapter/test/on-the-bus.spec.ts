import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {
  type CallEnd,
  type CallHead,
  callProvider,
  type CallsObserved,
  callsObserved,
  configKeys,
  type Failure,
  RECORD_STREAM,
  requestFinished,
  testConnection,
} from '@tollgate/contracts';
import { connectMessaging, type Messaging, type OpenCall, SILENT } from '@tollgate/messaging';
import { createKeyRing, seal } from '@tollgate/secrets';
import { createTelemetry, type RunningService, type Telemetry } from '@tollgate/telemetry';
import { useStack } from '@tollgate/test-harness';
import { providerAdapterSettings, startProviderAdapter } from '../src/index.ts';
import { eventually } from './support/adapter.ts';
import { candidateOf, contextOf, headerOf } from './support/fake-call.ts';
import {
  chunk,
  completion,
  DONE,
  type FakeUpstream,
  json,
  startFakeUpstream,
  streamOf,
} from './support/fake-upstream.ts';

const stack = useStack({ only: ['nats'] });
const key = randomBytes(32).toString('base64');
const formerKey = randomBytes(32).toString('base64');
const context = contextOf([candidateOf('aip_a')]);

/** What a gateway hears of one call. */
class Heard {
  head: CallHead | undefined;
  text = '';
  end: CallEnd | undefined;
  failure: Failure | undefined;
  onHead = (head: unknown): void => {
    this.head = head as CallHead;
  };
  onData = (bytes: Uint8Array): void => {
    this.text += Buffer.from(bytes).toString();
    this.open?.credit(bytes.length);
  };
  onEnd = (end: unknown): void => {
    this.end = end as CallEnd;
  };
  onFailure = (failure: Failure): void => {
    this.failure = failure;
  };
  open: OpenCall | undefined;

  finished(): Promise<true> {
    return eventually(() => (this.end || this.failure ? true : undefined));
  }
}

describe.each(['in one process', 'over NATS'])('the adapter on the bus, %s', (mode) => {
  let upstream: FakeUpstream;
  let messagings: Messaging[] = [];
  let gateway: Messaging;
  let telemetry: Telemetry;
  let service: RunningService;
  let spool: string;
  const lines: string[] = [];
  const reports: CallsObserved[] = [];

  beforeAll(async () => {
    spool = mkdtempSync(path.join(os.tmpdir(), 'tollgate-adapter-'));
    upstream = await startFakeUpstream();
    const connect = (name: string) =>
      connectMessaging({
        natsUrl: stack.natsUrl(),
        service: 'standalone',
        spoolDir: path.join(spool, name),
        log: SILENT,
      });
    const own = await connect('adapter');
    gateway = mode === 'over NATS' ? await connect('gateway') : own;
    messagings = gateway === own ? [own] : [own, gateway];
    await own.configWriter.publish(
      [connection('aip_a', key), connection('aip_former', formerKey)],
      1,
    );
    telemetry = await createTelemetry({ service: 'provider-adapter', level: 'silent' });
    const settings = providerAdapterSettings.parse({
      NATS_URL: stack.natsUrl(),
      TOLLGATE_KEY_ENCRYPTION_KEY: key,
      TOLLGATE_FORMER_KEY_ENCRYPTION_KEYS: formerKey,
      TOLLGATE_ALLOW_PRIVATE_UPSTREAMS: 'true',
      TOLLGATE_PROBE_PORT: '0',
      TOLLGATE_DRAIN_MS: '1000',
    });
    service = await startProviderAdapter({ settings, messaging: own, telemetry });
    const host = gateway.hostFor('gateway').hears(callsObserved, (event) => {
      reports.push(event);
    });
    await host.listen();
    await gateway.consumers.consume({
      message: requestFinished,
      stream: RECORD_STREAM,
      durable: `test_${mode.replaceAll(' ', '_')}`,
      maxMessages: 100,
      maxBytes: 1_000_000,
      maxWaitMs: 20,
      ackWaitMs: 5_000,
      handle: async (batch) => {
        for (const message of batch) lines.push(...message.lines);
        return Promise.resolve(batch.map(() => ({ kind: 'done' as const })));
      },
    });
  }, 120_000);

  afterAll(async () => {
    await service.stop();
    await Promise.all(messagings.map((messaging) => messaging.close()));
    await telemetry.stop();
    await upstream.close();
    rmSync(spool, { recursive: true, force: true });
  });

  function connection(aiProviderId: string, sealedUnder: string) {
    const binding = { organizationId: 'org_1', secretId: 'sec_1' };
    const value = JSON.stringify({
      aiProviderId,
      projectId: 'prj_1',
      organizationId: 'org_1',
      name: 'a',
      provider: 'openai',
      baseUrl: `${upstream.url}/v1`,
      config: {},
      access: 'byok',
      enabled: true,
      credential: seal(createKeyRing(sealedUnder), binding, 'sk-from-the-bucket'),
    });
    return { key: configKeys.connection(aiProviderId), value };
  }

  function open(stream: boolean, value = context): { heard: Heard; requestId: string } {
    const heard = new Heard();
    const header = headerOf({ stream, requestId: `req_${randomBytes(8).toString('hex')}` });
    const body = JSON.stringify({ model: 'gpt-4o-mini', messages: [], stream });
    heard.open = gateway.bus.open(
      callProvider,
      {
        header,
        context: { id: value.planId, value },
        body: Buffer.from(body),
        deadlineAt: Date.now() + 10_000,
      },
      heard,
    );
    return { heard, requestId: header.requestId };
  }

  const recordOf = (requestId: string) =>
    eventually(() => lines.find((line) => line.includes(requestId))).then((line) =>
      requestFinished.event.parse(JSON.parse(line)),
    );

  it('serves a unary call with the sealed credential, and its record is in the stream', async () => {
    upstream.reply(json(200, completion()));
    const { heard, requestId } = open(false);
    await heard.finished();
    expect(heard.failure).toBeUndefined();
    expect(heard.text).toBe(completion());
    expect(heard.head).toMatchObject({ provider: 'openai', costUsd: '0.002', attempts: 1 });
    expect(heard.end).toEqual({ recorded: true });
    expect(upstream.seen.at(-1)?.headers.authorization).toBe('Bearer sk-from-the-bucket');
    expect(await recordOf(requestId)).toMatchObject({ outcome: 'completed' });
    await eventually(() => reports.find(({ outcomes }) => outcomes[0]?.succeeded === 1));
  });

  it('opens a credential that is still sealed under a former key', async () => {
    upstream.reply(json(200, completion()));
    const former = contextOf([candidateOf('aip_former')], { planId: 'pln_former' });
    const { heard } = open(false, former);
    await heard.finished();
    expect(heard.end).toEqual({ recorded: true });
    expect(upstream.seen.at(-1)?.headers.authorization).toBe('Bearer sk-from-the-bucket');
  });

  it('streams', async () => {
    upstream.reply(streamOf(50));
    const { heard, requestId } = open(true);
    await heard.finished();
    expect(heard.failure).toBeUndefined();
    expect(heard.text.startsWith(chunk('word0 '))).toBe(true);
    expect(heard.text.endsWith(chunk('', 'stop') + DONE)).toBe(true);
    expect(await recordOf(requestId)).toMatchObject({ stream: true, usageSource: 'provider' });
  });

  it('closes the upstream connection within 100 ms of a cancel', async () => {
    upstream.reply((response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(chunk('a'));
    });
    const { heard, requestId } = open(true);
    await eventually(() => heard.text || undefined);
    const at = performance.now();
    heard.open?.cancel();
    expect(((await upstream.seen.at(-1)?.closed) ?? Number.NaN) - at).toBeLessThan(100);
    expect(await recordOf(requestId)).toMatchObject({ outcome: 'cancelled' });
  });

  it('tells of a failure with its details', async () => {
    upstream.reply(json(401, '{}'));
    const { heard, requestId } = open(false);
    await heard.finished();
    expect(heard.failure).toMatchObject({
      code: 'provider.rejected_credentials',
      details: [{ provider: 'openai', code: 'provider_rejected_credentials' }],
    });
    expect(await recordOf(requestId)).toMatchObject({ outcome: 'failed', status: 502 });
  });

  it('tries a connection for an operator', async () => {
    upstream.reply(json(200, '{"data":[{"id":"gpt-4o-mini"}]}'));
    const question = { organizationId: 'org_1', aiProviderId: 'aip_a' };
    expect(await gateway.bus.request(testConnection, question)).toMatchObject({
      ok: true,
      value: { outcome: 'ok', models: ['gpt-4o-mini'] },
    });
  });

  it('shows its metrics', async () => {
    const text = await (await fetch(`${service.url}/metrics`)).text();
    expect(text).toMatch(/tollgate_provider_calls_total\{[^}]*outcome="completed"[^}]*\} 3/);
    expect(text).toMatch(/tollgate_provider_open_calls\{[^}]*\} 0/);
    expect(text).toContain('tollgate_provider_call_seconds_bucket');
  });
});
