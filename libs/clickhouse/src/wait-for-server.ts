import { setTimeout as sleep } from 'node:timers/promises';
import type { ClickHouse } from './connect.ts';

export interface WaitOptions {
  /** How long to try before giving up, milliseconds. */
  readonly patienceMs: number;
  readonly signal?: AbortSignal;
}

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 1_000;

/** Waits until the server answers. False when it did not within the time, or when the wait was called off. */
export async function waitForServer(
  clickhouse: ClickHouse,
  options: WaitOptions,
): Promise<boolean> {
  const deadline = performance.now() + options.patienceMs;
  let pauseMs = FIRST_PAUSE_MS;
  while (!options.signal?.aborted) {
    if (await clickhouse.ping()) return true;
    if (performance.now() + pauseMs > deadline) return false;
    await sleep(pauseMs, undefined, options.signal ? { signal: options.signal } : {}).catch(
      () => undefined,
    );
    pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
  }
  return false;
}
