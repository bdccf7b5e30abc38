import { connect } from '@nats-io/transport-node';
import { Svcm } from '@nats-io/services';
import { succeed } from '@tollgate/contracts';
import type { IncomingCall, Messaging } from '../src/index.ts';
import { FrameKind, encodeFrames, frame, frameBytes } from '../src/wire/frame.ts';
import { cancelSubject } from '../src/wire/subjects.ts';
import { startPeer, usePeers } from './child.ts';
import { add, type Context, type Header, rang, stream } from './messages.ts';
import { useNats } from './nats.ts';
import { RecordingListener } from './recording-listener.ts';
import { QUICK } from './timings.ts';
import { until } from './until.ts';

const nats = useNats();

const call = (more: object = {}) => ({
  header: { name: 'ann' },
  context: { id: 'pln_1', value: { plan: 'cheap' } },
  body: Buffer.from('body'),
  deadlineAt: Date.now() + 20_000,
  ...more,
});

function open(from: Messaging, more: object = {}) {
  const listener = new RecordingListener();
  return { listener, opened: from.bus.open(stream, call(more), listener) };
}

async function serve(
  on: Messaging,
  handle: (incoming: IncomingCall<Header, Context>) => void,
): Promise<void> {
  const host = on.hostFor('provider-adapter');
  host.serves(stream, handle);
  await host.listen();
}

describe('services over NATS', () => {
  it('share the work of their queue group', async () => {
    const [gateway, one, two] = await Promise.all([nats.connect(), nats.connect(), nats.connect()]);
    const counts = [0, 0];
    await Promise.all(
      [one, two].map((messaging, i) =>
        serve(messaging, (incoming) => {
          counts[i] = (counts[i] ?? 0) + 1;
          incoming.head({});
          incoming.end({});
        }),
      ),
    );
    const calls = Array.from({ length: 200 }, () => open(gateway));
    await Promise.all(calls.map(({ listener }) => listener.over()));
    expect((counts[0] ?? 0) + (counts[1] ?? 0)).toBe(200);
    expect(Math.min(...counts)).toBeGreaterThan(20);
  });

  it('hear every broadcast in every process, the sender included', async () => {
    const all = await Promise.all([nats.connect(), nats.connect(), nats.connect()]);
    const heard: string[] = [];
    for (const [i, messaging] of all.entries()) {
      const host = messaging.hostFor('routing');
      host.hears(rang, ({ bell }) => void heard.push(`${i}:${bell}`));
      await host.listen();
    }
    all[0]?.bus.broadcast(rang, { bell: 7 });
    await until('all to hear it', () => heard.length >= 3);
    expect([...heard].sort()).toEqual(['0:7', '1:7', '2:7']);
  });

  it('are found by NATS service discovery', async () => {
    const messaging = await nats.connect({ version: '1.2.3' });
    await serve(messaging, () => undefined);
    const url = new URL(nats.url());
    const connection = await connect({
      servers: url.host,
      user: url.username,
      pass: url.password,
    });
    try {
      const found: unknown[] = [];
      for await (const info of await new Svcm(connection).client().info('provider-adapter'))
        found.push(info);
      expect(found).toMatchObject([
        {
          name: 'provider-adapter',
          version: '1.2.3',
          metadata: { instance: messaging.bus.instanceId },
          endpoints: [{ subject: stream.subject, queue_group: 'provider-adapter' }],
        },
      ]);
    } finally {
      await connection.close();
    }
  });

  it('refuse a header or a context that does not fit', async () => {
    const [gateway, adapter] = await Promise.all([nats.connect(), nats.connect()]);
    await serve(adapter, (incoming) => incoming.head({}));
    const header = open(gateway, { header: { name: 7 } });
    const context = open(gateway, { context: { id: 'pln_bad', value: { plan: 7 } } });
    await Promise.all([header.listener.over(), context.listener.over()]);
    expect(header.listener.events).toEqual(['failure bus.payload_invalid']);
    expect(context.listener.events).toEqual(['failure bus.payload_invalid']);
  });

  it('refuse a body over the limit', async () => {
    const [gateway, adapter] = await Promise.all([
      nats.connect({ maxBodyBytes: 1_000 }),
      nats.connect(),
    ]);
    await serve(adapter, (incoming) => incoming.head({}));
    const { listener } = open(gateway, { body: Buffer.alloc(1_001) });
    await listener.over();
    expect(listener.events).toEqual(['failure request.too_large']);
  });

  it('do not run a call whose cancellation overtook it', async () => {
    const [gateway, adapter] = await Promise.all([nats.connect(), nats.connect()]);
    const names: string[] = [];
    await serve(adapter, (incoming) => {
      names.push(incoming.header.name);
      incoming.head({});
      incoming.end({});
    });
    const probe = open(gateway);
    await probe.listener.over();
    // The next call's inbox differs from the probe's in its last token alone, which counts up.
    const url = new URL(nats.url());
    const raw = await connect({ servers: url.host, user: url.username, pass: url.password });
    const prefix = `tollgate.inbox.standalone.${gateway.bus.instanceId}`;
    for (let token = 0; token < 36; token++) {
      const one = frame(FrameKind.cancel, JSON.stringify(`${prefix}.${token.toString(36)}`));
      raw.publish(cancelSubject('provider-adapter'), encodeFrames([one], frameBytes(one)));
    }
    await raw.flush();
    await raw.close();
    const { listener, opened } = open(gateway, { header: { name: 'overtaken' } });
    const late = open(gateway, { header: { name: 'x' }, deadlineAt: Date.now() + 300 });
    await late.listener.over();
    opened.cancel();
    expect(listener.events).toEqual([]);
    expect(names).toEqual(['ann']);
  });
});

describe('a lost peer', () => {
  usePeers();

  it('ends the call for the caller when the serving process was killed', async () => {
    const peer = await startPeer('serve', nats.url(), nats.folder());
    const gateway = await nats.connect({ timings: QUICK });
    const { listener } = open(gateway);
    await until('the head', () => listener.heads.length === 1);
    await peer.kill();
    await listener.over();
    expect(listener.events).toEqual(['head', 'failure bus.peer_lost']);
  });

  it('cancels the call for the server when the calling process was killed', async () => {
    const adapter = await nats.connect({ timings: QUICK });
    const seen: string[] = [];
    await serve(adapter, (incoming) => {
      seen.push('served');
      incoming.head({});
      incoming.onCancel((reason) => seen.push(reason));
    });
    const peer = await startPeer('call', nats.url(), nats.folder());
    await until('the call', () => seen.length === 1);
    await peer.kill();
    await until('the loss', () => seen.length === 2);
    expect(seen).toEqual(['served', 'caller_lost']);
  });

  it('is noticed at the next sign of life, long before the limit for silence', async () => {
    const patient = { ...QUICK, lostMs: 60_000 };
    const [gateway, adapter] = await Promise.all([
      nats.connect({ timings: patient }),
      nats.connect({ timings: patient }),
    ]);
    const reasons: string[] = [];
    const taking = await startPeer('serve', nats.url(), nats.folder());
    const { listener } = open(gateway);
    await until('the head', () => listener.heads.length === 1);
    await taking.kill();
    await listener.over(2_000);
    expect(listener.events).toEqual(['head', 'failure bus.peer_lost']);
    await serve(adapter, (incoming) => {
      reasons.push('served');
      incoming.onCancel((reason) => reasons.push(reason));
    });
    const calling = await startPeer('call', nats.url(), nats.folder());
    await until('the call', () => reasons.length === 1);
    await calling.kill();
    await until('the loss', () => reasons.length === 2, 2_000);
    expect(reasons).toEqual(['served', 'caller_lost']);
  }, 15_000);

  it('is not taken for lost while it is only silent', async () => {
    const [gateway, adapter] = await Promise.all([
      nats.connect({ timings: QUICK }),
      nats.connect({ timings: QUICK }),
    ]);
    const reasons: string[] = [];
    let finish = (): void => undefined;
    await serve(adapter, (incoming) => {
      incoming.onCancel((reason) => reasons.push(reason));
      finish = () => {
        incoming.head({});
        incoming.end({});
      };
    });
    const { listener } = open(gateway);
    const startedAt = Date.now();
    await until('three times the limit', () => Date.now() - startedAt > 3 * QUICK.lostMs);
    finish();
    await listener.over();
    expect(listener.events).toEqual(['head', 'end']);
    expect(reasons).toEqual([]);
  });
});

describe('while NATS is away', () => {
  it('what is open fails at once, what is local goes on, and all is well after', async () => {
    const [gateway, adapter] = await Promise.all([nats.connect(), nats.connect()]);
    const reasons: string[] = [];
    await serve(adapter, (incoming) => {
      incoming.onCancel((reason) => reasons.push(reason));
      incoming.head({});
      if (incoming.header.name === 'short') incoming.end({});
    });
    const routing = adapter.hostFor('routing');
    routing.answers(
      add,
      ({ left, right }) =>
        new Promise((resolve) => {
          if (left > 0) resolve({ total: left + right });
        }),
    );
    await routing.listen();
    const local = gateway.hostFor('budget');
    const localAdd = { ...add, subject: 'tollgate.test.local.v1' };
    local.answers(localAdd, ({ left, right }) => ({ total: left + right }));
    await local.listen();
    const { listener } = open(gateway);
    await until('the head', () => listener.heads.length === 1);
    const asked = gateway.bus.request(
      add,
      { left: 0, right: 0 },
      { deadlineAt: Date.now() + 60_000 },
    );

    nats.stack().kill('nats', 'SIGKILL');
    await until('the loss', () => !gateway.bus.isConnected() && !adapter.bus.isConnected());
    await listener.over(1_000);
    expect(listener.events).toEqual(['head', 'failure bus.disconnected']);
    expect(await asked).toMatchObject({ failure: { code: 'bus.disconnected' } });
    await until('the other side to know', () => reasons.length === 1, 1_000);
    expect(reasons).toEqual(['caller_lost']);
    const refused = open(gateway);
    await refused.listener.over(100);
    expect(refused.listener.events).toEqual(['failure bus.disconnected']);
    expect(await gateway.bus.request(add, { left: 1, right: 1 })).toMatchObject({
      failure: { code: 'bus.disconnected' },
    });
    expect(await gateway.bus.request(localAdd, { left: 1, right: 1 })).toEqual(
      succeed({ total: 2 }),
    );

    await nats.stack().restart('nats');
    await until('the connections', () => gateway.bus.isConnected() && adapter.bus.isConnected());
    await until(
      'an answer',
      async () => (await gateway.bus.request(add, { left: 1, right: 1 })).ok,
    );
    const again = open(gateway, { header: { name: 'short' } });
    await again.listener.over();
    expect(again.listener.events).toEqual(['head', 'end']);
  }, 30_000);
});
