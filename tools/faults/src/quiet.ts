import { setTimeout as wait } from 'node:timers/promises';
import { type Finding, judge } from './domain/oracle.ts';
import type { LogReader, Requests } from './logs/log-reader.ts';

export interface Quiet {
  /** Empty once all agree and nothing is held. */
  readonly findings: readonly Finding[];
  /** What kept it waiting, as it was said last before it fell silent. */
  readonly waitedFor: readonly Finding[];
  readonly settled: number;
  readonly ms: number;
}

/** Settlement, store and releases are given that long after the last request. */
const QUIET_WITHIN_MS = 60_000;
const ASK_AGAIN_MS = 400;

/** Asks the oracle until it has nothing to say, or time is up: then what it said last. */
export async function untilQuiet(reader: LogReader, requests: Requests): Promise<Quiet> {
  const began = performance.now();
  let waitedFor: readonly Finding[] = [];
  for (;;) {
    const state = await look(reader, requests);
    const ms = performance.now() - began;
    if (state.findings.length === 0 || ms > QUIET_WITHIN_MS) return { ...state, waitedFor, ms };
    waitedFor = state.findings;
    await wait(ASK_AGAIN_MS);
  }
}

async function look(
  reader: LogReader,
  requests: Requests,
): Promise<Pick<Quiet, 'findings' | 'settled'>> {
  try {
    const logs = await reader.read(requests);
    return { findings: judge(logs), settled: logs.settled.length };
  } catch (error) {
    // A server may still be starting.
    const text = `the logs cannot be read: ${error instanceof Error ? error.message : String(error)}`;
    return { findings: [{ kind: 'stuck', text }], settled: 0 };
  }
}
