import { spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { choosePort, removeStackHome, startStack } from '@tollgate/stack';
import { type Mode, startInstallation } from '@tollgate/launch';
import { anthropicKey } from './bench-keys.ts';
import { startScript, stopChild } from './child.ts';
import { installPortkey } from './portkey.ts';
import type { LoadKind } from './options.ts';
import type { RecordCounts } from './records.ts';
import { countRecords } from './records.ts';

/** A system under test. */
export interface System {
  readonly name: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Processes whose work is the system's, by name. */
  processes(): Readonly<Record<string, number>>;
  /** Processes shown apart. */
  stores(): Readonly<Record<string, number>>;
  /** What it can be asked for; everything when left out. */
  readonly kinds?: readonly LoadKind[];
  /** Requests on record, where the system keeps any. */
  readonly countRecords?: () => Promise<RecordCounts>;
  stop(): Promise<void>;
}

/** Starts a system that calls the instant upstream; null, with a reason printed, where it cannot be had. */
export type SystemStarter = (root: string, upstreamUrl: string) => Promise<System | null>;

export const floor: SystemStarter = async (_root, upstreamUrl) => {
  const script = path.join(import.meta.dirname, 'floor.ts');
  const child = await startScript(script, ['0', upstreamUrl]);
  return {
    name: 'floor (bare Fastify + undici)',
    url: `${child.url}/v1/chat/completions`,
    headers: {},
    processes: () => ({ floor: child.pid }),
    stores: () => ({}),
    stop: child.stop,
  };
};

/** The floor in two processes with NATS between them: what a hop costs before anything is done with it. */
export const hop: SystemStarter = async (_root, upstreamUrl) => {
  const home = mkdtempSync(path.join(tmpdir(), 'tollgate-bench-'));
  const ports = { nats: 0, postgres: 0, clickhouse: 0 };
  const stack = await startStack({ home, only: ['nats'], ports });
  const script = path.join(import.meta.dirname, 'hop.ts');
  const adapter = await startScript(script, ['adapter', stack.natsUrl, upstreamUrl]);
  const gateway = await startScript(script, ['gateway', stack.natsUrl]);
  return {
    name: 'bare hop (the floor, NATS between)',
    url: `${gateway.url}/v1/chat/completions`,
    headers: {},
    kinds: ['unary'],
    processes: () => ({ gateway: gateway.pid, adapter: adapter.pid, nats: stack.pids.nats ?? 0 }),
    stores: () => ({}),
    stop: async () => {
      await Promise.all([gateway.stop(), adapter.stop()]);
      await stack.stop();
      removeStackHome(home);
    },
  };
};

/**
 * Tollgate as `npm start` runs it, with all that is on by default.
 * @param isTranslated requests in OpenAI's dialect go to the simulated provider over Anthropic's wire
 */
export const tollgate =
  (mode: Mode, isTranslated = false): SystemStarter =>
  async (root) => {
    const home = mkdtempSync(path.join(tmpdir(), 'tollgate-bench-'));
    const options = {
      mode,
      fresh: false,
      home,
      gatewayPort: 0,
      controlPlanePort: 0,
      simulatorPort: 0,
      configFile: undefined,
    };
    const installation = await startInstallation(root, options, {}, (line) =>
      process.stderr.write(`${line}\n`),
    );
    const { facts } = installation;
    const apiKey = isTranslated ? await anthropicKey(facts) : facts.apiKey;
    const stores = ['postgres', 'clickhouse'];
    const processesWhere = (
      isWanted: (name: string) => boolean,
    ): Readonly<Record<string, number>> =>
      Object.fromEntries(Object.entries(facts.pids).filter(([name]) => isWanted(name)));
    return {
      name: `Tollgate ${mode}${isTranslated ? ', OpenAI → Anthropic' : ''}`,
      url: `${facts.gatewayUrl}/v1/chat/completions`,
      headers: { authorization: `Bearer ${apiKey}` },
      processes: () => processesWhere((name) => !stores.includes(name) && name !== 'simulator'),
      stores: () => processesWhere((name) => stores.includes(name)),
      countRecords: () => countRecords(facts),
      stop: async () => {
        await installation.stop();
        removeStackHome(home);
      },
    };
  };

export const portkey: SystemStarter = async (root, upstreamUrl) => {
  const script = installPortkey(root);
  if (!script) return null;
  const port = await choosePort(0);
  const child = spawn(process.execPath, [script, `--port=${port}`, '--headless'], {
    stdio: 'ignore',
    env: { ...process.env, NODE_ENV: 'production', PORT: String(port) },
  });
  const url = `http://127.0.0.1:${port}`;
  await untilListening(url);
  return {
    name: '@portkey-ai/gateway',
    url: `${url}/v1/chat/completions`,
    headers: {
      authorization: 'Bearer bench',
      'x-portkey-provider': 'openai',
      'x-portkey-custom-host': `${upstreamUrl}/v1`,
    },
    processes: () => ({ portkey: child.pid ?? 0 }),
    stores: () => ({}),
    stop: () => stopChild(child),
  };
};

async function untilListening(url: string): Promise<void> {
  const end = Date.now() + 20_000;
  for (;;) {
    try {
      await fetch(url);
      return;
    } catch (error) {
      if (Date.now() > end) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
