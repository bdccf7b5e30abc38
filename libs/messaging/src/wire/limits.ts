const KIB = 1024;
const MIB = 1024 * KIB;

/** The most bytes of a body in one message; NATS takes 1 MiB, headers included. */
export const CHUNK_BYTES = 512 * KIB;

/** The most that a message holds, all frames together. */
export const MESSAGE_BYTES = 960 * KIB;

/** Chunks of a body that may be on their way at once. */
export const CHUNKS_IN_FLIGHT = 8;

/** The longest answer to a request. */
export const REPLY_BYTES = 16 * MIB;

/** Cancels of calls that have not arrived yet, remembered for a while. */
export const EARLY_CANCELS = 4_096;

const LARGEST_WINDOW = 256 * KIB;
const SMALLEST_WINDOW = 16 * KIB;
const ALL_WINDOWS = 16 * MIB;

/**
 * The credit that a new call starts with, in bytes. It shrinks with the number of open calls, so that what all peers
 * may send unasked stays below the 64 MB at which nats-server cuts off a slow client.
 */
export function initialWindow(openCalls: number): number {
  return Math.max(
    SMALLEST_WINDOW,
    Math.min(LARGEST_WINDOW, Math.floor(ALL_WINDOWS / (openCalls + 1))),
  );
}

/** When silence means loss, milliseconds. */
export interface BusTimings {
  /** The serving side says that it lives after that long without a frame. */
  readonly heartbeatMs: number;
  /** The calling side says that it lives that often. */
  readonly aliveMs: number;
  /** Silence after which the other side counts as lost. */
  readonly lostMs: number;
}

export const DEFAULT_TIMINGS: BusTimings = { heartbeatMs: 2_000, aliveMs: 3_000, lostMs: 10_000 };
