import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { removeStackHome, type Stack, type StackPart, startStack } from '@tollgate/stack';
import { createSharedDatabases, type SharedDatabases } from './shared-databases.ts';

export interface UseStackOptions {
  /** The servers the suite needs; all three by default. */
  readonly only?: readonly StackPart[];
  /** Where the servers' warnings go; nowhere by default. */
  readonly log?: (line: string) => void;
}

/** The servers of a suite. Usable inside tests and hooks, not while the file is being read. */
export interface StackHandle {
  /** `nats://user:password@host:port` */
  natsUrl(): string;
  /** `postgres://user:password@host:port/database` */
  postgresUrl(): string;
  /** `http://user:password@host:port/database` */
  clickhouseUrl(): string;
  /** The folder that holds what the embedded servers write. */
  home(): string;
  /** The embedded stack itself, to kill and restart its parts. */
  stack(): Stack;
}

/** A machine's first run may have to build nats-server. */
const startTimeoutMs = 360_000;
const stopTimeoutMs = 60_000;

/**
 * Starts real servers before the tests of a file, on free ports and in a temporary home, and
 * removes them and their data afterwards.
 */
export function useStack(options: UseStackOptions = {}): StackHandle {
  let home: string | undefined;
  let stack: Stack | undefined;
  let shared: SharedDatabases | undefined;

  beforeAll(async () => {
    shared = await createSharedDatabases(options.only, process.env);
    home = temporaryHome();
    stack = await startStack({
      home,
      external: shared.urls,
      ports: { nats: 0, postgres: 0, clickhouse: 0 },
      ...(options.only ? { only: options.only } : {}),
      ...(options.log ? { log: options.log } : {}),
    });
  }, startTimeoutMs);

  afterAll(async () => {
    await stack?.stop();
    if (home) removeStackHome(home);
    await shared?.drop();
  }, stopTimeoutMs);

  const running = (): Stack => {
    if (stack) return stack;
    throw new Error('The stack runs during tests and hooks only');
  };
  return {
    natsUrl: () => required(running().natsUrl, 'nats'),
    postgresUrl: () => required(running().postgresUrl, 'postgres'),
    clickhouseUrl: () => required(running().clickhouseUrl, 'clickhouse'),
    home: () => {
      if (home) return home;
      throw new Error('The stack runs during tests and hooks only');
    },
    stack: running,
  };
}

/** Servers that switch users must be able to pass through it. */
function temporaryHome(): string {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), 'tollgate-test-'));
  fs.chmodSync(home, 0o711);
  return home;
}

function required(url: string, part: StackPart): string {
  if (url !== '') return url;
  throw new Error(`useStack was asked to run without ${part}`);
}
