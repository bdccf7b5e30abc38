import type { BusTimings } from '../src/index.ts';

/** Quick to notice that the other side is gone. */
export const QUICK: BusTimings = { heartbeatMs: 60, aliveMs: 60, lostMs: 400 };
