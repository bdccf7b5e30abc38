import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Controller, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { type CallContext, type CallHeader, callProvider } from '@tollgate/contracts';
import { removeStackHome, startStack } from '@tollgate/stack';
import {
  connectMessaging,
  type IncomingCall,
  type Messaging,
  Serves,
  type ServiceHost,
  SILENT,
} from '../src/index.ts';
import { callContext, callHeader } from './fixtures.ts';

/**
 * Prints the processor time of one call (`open`, head, 700 bytes of data, end), over NATS (caller + server +
 * nats-server) and directly, some five seconds in all.
 */
const SECONDS_EACH = 0.6;
const TICKS_PER_SECOND = 100;

const body = Buffer.alloc(300, 'q');
const context = { id: 'pln_bench', value: callContext };

const answer = Buffer.alloc(700, 'x');

async function connect(
  natsUrl: string,
  service: 'gateway' | 'provider-adapter',
): Promise<Messaging> {
  const spoolDir = mkdtempSync(path.join(os.tmpdir(), 'tollgate-bus-bench-'));
  return connectMessaging({ natsUrl, service, spoolDir, log: SILENT });
}

function reply(call: IncomingCall<CallHeader, CallContext>): void {
  call.head({ status: 200, contentType: 'application/json', provider: 'p', model: 'm' });
  call.data(answer);
  call.end({ recorded: true });
}

@Controller()
class Adapter {
  @Serves(callProvider)
  call(call: IncomingCall<CallHeader, CallContext>): void {
    reply(call);
  }
}

@Module({ controllers: [Adapter] })
class AdapterModule {}

async function serve(messaging: Messaging): Promise<ServiceHost> {
  const host = messaging.hostFor('provider-adapter');
  host.serves(callProvider, reply);
  await host.listen();
  return host;
}

async function serveOnly(natsUrl: string): Promise<void> {
  process.once('disconnect', () => process.exit());
  await serve(await connect(natsUrl, 'provider-adapter'));
  process.send?.('ready');
}

async function measure(): Promise<void> {
  const home = mkdtempSync(path.join(os.tmpdir(), 'tollgate-bus-bench-'));
  const ports = { nats: 0, postgres: 0, clickhouse: 0 };
  const stack = await startStack({ home, only: ['nats'], ports });
  const gateway = await connect(stack.natsUrl, 'gateway');
  const command = [process.argv[1] ?? '', 'serve', stack.natsUrl];
  const server = spawn(process.execPath, command, {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  await new Promise((resolve) => server.once('message', resolve));
  const pids = [server.pid, stack.pids.nats].map(String);
  for (const concurrency of [1, 8, 64]) await report('over NATS', gateway, concurrency, pids);
  server.disconnect();
  const host = await serve(gateway);
  for (const concurrency of [1, 8]) await report('direct', gateway, concurrency, []);
  await host.close();
  const strategy = gateway.serverFor('provider-adapter');
  const app = await NestFactory.createMicroservice(AdapterModule, { strategy, logger: false });
  await app.listen();
  await report('direct, to a Nest controller', gateway, 8, []);
  await app.close();
  await gateway.close();
  await stack.stop();
  removeStackHome(home);
}

async function report(
  name: string,
  gateway: Messaging,
  concurrency: number,
  pids: readonly string[],
): Promise<void> {
  await run(gateway, concurrency, 0.3);
  const own = process.cpuUsage();
  const others = pids.map(cpuSeconds);
  const calls = await run(gateway, concurrency, SECONDS_EACH);
  const spent = process.cpuUsage(own);
  const micros = [
    (spent.user + spent.system) / calls,
    ...pids.map((pid, i) => ((cpuSeconds(pid) - (others[i] ?? 0)) * 1e6) / calls),
  ];
  const parts = micros.map((one) => one.toFixed(1)).join(' + ');
  const sum = micros.reduce((left, right) => left + right, 0).toFixed(1);
  console.log(`${name}, ${concurrency} at once: ${calls} calls, ${parts} = ${sum} µs CPU a call`);
}

async function run(gateway: Messaging, concurrency: number, seconds: number): Promise<number> {
  const until = Date.now() + seconds * 1_000;
  let calls = 0;
  const worker = async (): Promise<void> => {
    while (Date.now() < until) {
      await one(gateway);
      calls++;
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  return calls;
}

function one(gateway: Messaging): Promise<void> {
  return new Promise((resolve, reject) => {
    gateway.bus.open(
      callProvider,
      { header: callHeader, context, body, deadlineAt: Date.now() + 5_000 },
      {
        onHead: () => undefined,
        onData: () => undefined,
        onEnd: () => resolve(),
        onFailure: (failure) => reject(new Error(failure.code)),
      },
    );
  });
}

/** Processor time of another process, from `/proc`: user and system, in ticks of 10 ms. */
function cpuSeconds(pid: string): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

const [role, url = ''] = process.argv.slice(2);
if (role === 'serve') await serveOnly(url);
else await measure();
