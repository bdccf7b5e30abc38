import { Controller, Inject, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { failure, makePlan, succeed } from '@tollgate/contracts';
import { firstValueFrom } from 'rxjs';
import {
  Answers,
  BUS,
  type Bus,
  BusClient,
  BusFailure,
  Hears,
  type IncomingCall,
  MessagingModule,
  type RequestContext,
  Serves,
} from '../src/index.ts';
import { add, type Context, type Header, rang, stream, type Sum } from './messages.ts';
import { useNats } from './nats.ts';
import { RecordingListener } from './recording-listener.ts';
import { until } from './until.ts';

const heard: number[] = [];
const contexts: RequestContext[] = [];

@Controller()
class Counter {
  constructor(@Inject(BUS) private readonly bus: Bus) {}

  @Answers(add)
  add({ left, right }: Sum, context: RequestContext): { total: number } {
    contexts.push(context);
    if (left === 13) throw new BusFailure(failure('budget.exceeded'));
    if (left === 14) throw new Error('kaputt');
    return { total: left + right };
  }

  @Serves(stream)
  serve(call: IncomingCall<Header, Context>): void {
    if (call.header.name === 'throws') throw new Error('kaputt');
    call.head({ by: this.bus.instanceId });
    call.end({});
  }

  @Hears(rang)
  hear({ bell }: { bell: number }): void {
    heard.push(bell);
  }
}

@Controller()
class Second {
  @Hears(rang)
  async hear({ bell }: { bell: number }): Promise<void> {
    heard.push(bell * 100);
  }
}

const nats = useNats();

async function start() {
  const [serving, calling] = await Promise.all([nats.connect(), nats.connect()]);
  @Module({ imports: [MessagingModule.forInstance(serving)], controllers: [Counter, Second] })
  class TestModule {}
  const strategy = serving.serverFor('routing');
  const app = await NestFactory.createMicroservice(TestModule, { strategy, logger: false });
  await app.listen();
  return { app, serving, calling };
}

describe('a Nest application on the bus', () => {
  it('answers, fails, serves and hears, from its own process and from others', async () => {
    const { app, serving, calling } = await start();
    for (const { bus } of [serving, calling]) {
      heard.length = 0;
      expect(await bus.request(add, { left: 1, right: 2 }, { requestId: 'req_1' })).toEqual(
        succeed({ total: 3 }),
      );
      expect(contexts.at(-1)).toMatchObject({ requestId: 'req_1' });
      expect(await bus.request(add, { left: 13, right: 2 })).toEqual({
        ok: false,
        failure: failure('budget.exceeded'),
      });
      expect(await bus.request(add, { left: 14, right: 2 })).toMatchObject({
        failure: { code: 'bus.handler_failed' },
      });
      bus.broadcast(rang, { bell: 3 });
      await until('both listeners', () => heard.length === 2);
      expect([...heard].sort()).toEqual([3, 300]);
      for (const [name, expected] of [
        ['fine', ['head', 'end']],
        ['throws', ['failure bus.handler_failed']],
      ] as const) {
        const listener = new RecordingListener();
        const call = {
          header: { name },
          context: { id: 'pln_1', value: { plan: 'any' } },
          body: Buffer.alloc(0),
          deadlineAt: Date.now() + 5_000,
        };
        bus.open(stream, call, listener);
        await listener.over();
        expect(listener.events).toEqual(expected);
      }
    }
    await app.close();
    expect(await calling.bus.request(add, { left: 1, right: 2 })).toMatchObject({
      failure: { code: 'bus.no_responder' },
    });
  });

  it('can ask through a ClientProxy', async () => {
    const { serving, calling } = await start();
    const plan = { outcome: 'no_route' } as const;
    const host = serving.hostFor('routing');
    host.answers(makePlan, () => plan);
    await host.listen();
    const client = new BusClient(calling.bus);
    const question = {
      requestId: 'req_1',
      organizationId: 'org_1',
      projectId: 'prj_1',
      keyId: 'key_1',
      routeId: 'rte_1',
      strategy: null,
      modelAllowlist: null,
      needsPrice: false,
      profileClass: {
        operation: 'chat',
        modelAsked: null,
        capabilities: [],
        profile: null,
        inputTokensBelow: 1_024,
        outputCap: null,
      },
    };
    expect(await firstValueFrom(client.send(makePlan.subject, question))).toEqual(plan);
    await expect(firstValueFrom(client.send('tollgate.unknown', {}))).rejects.toThrow(
      /no request of the catalogue/,
    );
  });
});
