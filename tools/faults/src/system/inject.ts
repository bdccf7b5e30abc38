import { setTimeout as wait } from 'node:timers/promises';
import { eventually } from '@tollgate/e2e';
import type { FaultCase } from '../domain/schedule.ts';
import { OPEN } from '../proxy/conditions.ts';
import { type FaultSystem, isServer } from './fault-system.ts';
import type { DiskName } from './small-disks.ts';

/** Latency and bandwidth of a slow link. */
const SLOW = { kind: 'slow', latencyMs: 80, bytesPerSecond: 256 * 1024 } as const;
const RESET_AGAIN_MS = 250;
const REVIVED_WITHIN_MS = 60_000;

/** The instance or server that a case hurts. */
export function nameOfVictim(system: FaultSystem, { victim, instance }: FaultCase): string {
  if (isServer(victim)) return victim;
  const instances = system.instancesOf(victim);
  return instances[instance % instances.length] ?? victim;
}

/** Does it, waits for its time, and undoes it. Resolves when whoever was hurt runs again and its links are as they were. */
export async function inject(system: FaultSystem, fault: FaultCase): Promise<void> {
  const name = nameOfVictim(system, fault);
  switch (fault.fault) {
    case 'kill':
      return killAndAwait(system, name);
    case 'stop':
    case 'freeze':
      system.signal(name, 'SIGSTOP');
      try {
        await wait(fault.durationMs);
      } finally {
        system.signal(name, 'SIGCONT');
      }
      return;
    case 'reset':
      return resetFor(system, name, fault.durationMs);
    case 'slow':
      return underConditions(system, name, SLOW, fault.durationMs);
    case 'cut-off':
      return underConditions(system, name, { kind: 'cut-off' }, fault.durationMs);
    case 'full-disk':
      return fillDisk(system, name, fault.durationMs);
  }
}

async function killAndAwait(system: FaultSystem, name: string): Promise<void> {
  const pid = system.pidOf(name);
  system.kill(name);
  await eventually(
    `${name} runs again`,
    () => system.pidOf(name),
    (now) => now !== undefined && now !== pid,
    REVIVED_WITHIN_MS,
  );
}

async function resetFor(system: FaultSystem, name: string, durationMs: number): Promise<void> {
  const end = performance.now() + durationMs;
  for (;;) {
    system.links.reset(name);
    if (performance.now() >= end) return;
    await wait(Math.min(RESET_AGAIN_MS, durationMs));
  }
}

async function underConditions(
  system: FaultSystem,
  name: string,
  conditions: typeof SLOW | { readonly kind: 'cut-off' },
  durationMs: number,
): Promise<void> {
  system.links.set(name, conditions);
  try {
    await wait(durationMs);
  } finally {
    system.links.set(name, OPEN);
  }
}

/** JetStream gives up on a full disk until it is started again; the others find room by themselves. */
async function fillDisk(system: FaultSystem, name: string, durationMs: number): Promise<void> {
  const disk = system.disks[isServer(name) ? name : ('spool' satisfies DiskName)];
  if (!disk) throw new Error('there are no small disks here');
  disk.fill();
  try {
    await wait(durationMs);
  } finally {
    disk.free();
  }
  if (name === 'nats') await system.restartServer('nats');
  if (isServer(name))
    await eventually(`${name} runs`, () => system.pidOf(name), Boolean, REVIVED_WITHIN_MS);
}
