import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type CallContext,
  type CallHeader,
  callProvider,
  configKeys,
  type KeyPolicy,
  makePlan,
  plansInvalidated,
} from '@tollgate/contracts';
import { connectMessaging, type IncomingCall, type Messaging, SILENT } from '@tollgate/messaging';
import { hashKey } from '@tollgate/secrets';
import { createTelemetry } from '@tollgate/telemetry';
import { useStack } from '@tollgate/test-harness';
import { gatewaySettings, type RunningGateway, startGateway } from '../src/index.ts';
import { COMPLETION, HEAD, KEY, plan, policy } from './fake-messaging.ts';
import { ASK, until } from './rig.ts';

type Call = IncomingCall<CallHeader, CallContext>;

/** The gateway in one process' messaging, routing and an adapter played in another's. */
describe('the gateway over NATS', () => {
  const stack = useStack({ only: ['nats'] });
  const spoolDir = mkdtempSync(join(tmpdir(), 'tollgate-gateway-'));
  let own: Messaging;
  let peer: Messaging;
  let gateway: RunningGateway;
  let plans = 0;
  let revision = 0;
  let onCall: (call: Call) => void;

  const write = (value: KeyPolicy | null) =>
    peer.configWriter.publish(
      [{ key: configKeys.keyPolicy(hashKey(KEY)), value: value && JSON.stringify(value) }],
      ++revision,
    );
  const post = (body: object, signal?: AbortSignal) =>
    fetch(`${gateway.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
      ...(signal ? { signal } : {}),
    });

  beforeAll(async () => {
    const connect = (service: 'gateway' | 'routing') =>
      connectMessaging({
        natsUrl: stack.natsUrl(),
        service,
        spoolDir: join(spoolDir, service),
        log: SILENT,
      });
    [own, peer] = await Promise.all([connect('gateway'), connect('routing')]);
    await peer
      .hostFor('routing')
      .answers(makePlan, async () => {
        plans++;
        return { outcome: 'planned' as const, plan: plan() };
      })
      .listen();
    await peer
      .hostFor('provider-adapter')
      .serves(callProvider, (call) => onCall(call))
      .listen();
    await write(policy());
    const telemetry = await createTelemetry({ service: 'gateway', level: 'silent' });
    const settings = gatewaySettings.parse({
      NATS_URL: stack.natsUrl(),
      TOLLGATE_GATEWAY_PORT: '0',
    });
    gateway = await startGateway({ settings, messaging: own, telemetry });
  }, 60_000);

  afterAll(async () => {
    await gateway?.stop();
    await Promise.all([own?.close(), peer?.close()]);
    rmSync(spoolDir, { recursive: true, force: true });
  });

  beforeEach(() => {
    onCall = (call) => {
      call.head(HEAD);
      call.data(Buffer.from(COMPLETION));
      call.end({ recorded: true });
    };
  });

  it('guarantees an answer, and one plan for many requests', async () => {
    for (let i = 0; i < 5; i++) expect(await (await post(ASK)).text()).toBe(COMPLETION);
    expect(plans).toBe(1);
  });

  it('guarantees that a body above one message arrives whole', async () => {
    let bytes = 0;
    onCall = (call) => {
      bytes = call.body.length;
      call.head(HEAD);
      call.end({ recorded: true });
    };
    const body = { messages: [{ role: 'user', content: 'x'.repeat(3_000_000) }] };
    expect((await post(body)).status).toBe(200);
    expect(bytes).toBe(JSON.stringify(body).length);
  });

  it('guarantees a new plan once routing says that the old one is void', async () => {
    await (await post(ASK)).text();
    const before = plans;
    peer.bus.broadcast(plansInvalidated, {
      epoch: 2,
      routeIds: ['rte_1'],
      aiProviderIds: [],
      reason: 'test',
    });
    const deadline = Date.now() + 2_000;
    while (plans === before && Date.now() < deadline) await (await post(ASK)).text();
    expect(plans).toBe(before + 1);
  });

  it('guarantees that a client that goes mid-stream stops the call within 100 ms', async () => {
    let cancelledAt = 0;
    onCall = (call) => {
      call.onCancel(() => (cancelledAt = performance.now()));
      call.head({ ...HEAD, contentType: 'text/event-stream', costUsd: null });
      call.data(Buffer.from('data: {}\n\n'));
    };
    const abort = new AbortController();
    const response = await post({ ...ASK, stream: true }, abort.signal);
    await response.body?.getReader().read();
    const goneAt = performance.now();
    abort.abort();
    await until(() => cancelledAt > 0, 'the cancel');
    expect(cancelledAt - goneAt).toBeLessThan(100);
  });

  it('guarantees that a revoked key is refused within a second', async () => {
    await write(policy({ status: 'revoked' }));
    const revokedAt = performance.now();
    let status = 200;
    while (status === 200 && performance.now() - revokedAt < 5_000) {
      const response = await post(ASK);
      await response.text();
      status = response.status;
    }
    expect(status).toBe(401);
    expect(performance.now() - revokedAt).toBeLessThan(1_000);
    await write(policy());
    await until(() => own.configReader.revision() === revision, 'the new revision');
  });
});
