/** Where a consumer stands in its stream. */
export interface Progress {
  readonly pending: number;
  readonly ackFloor: number;
  readonly lastSequence: number;
}

interface Sighting {
  readonly lastSequence: number;
  readonly atMs: number;
}

const MOST_SIGHTINGS = 1_024;

/**
 * Tells how long the oldest unacknowledged message has been waiting at least, from what was seen of the stream at
 * intervals: exact to one interval, and counted from the first sight after a start.
 */
export class LagClock {
  private sightings: Sighting[] = [];

  /** @returns milliseconds; 0 when nothing waits */
  observe(progress: Progress, nowMs: number): number {
    if (progress.pending === 0) {
      this.sightings = [];
      return 0;
    }
    const newest = this.sightings.at(-1);
    if (newest === undefined || progress.lastSequence > newest.lastSequence) {
      this.sightings.push({ lastSequence: progress.lastSequence, atMs: nowMs });
      // The oldest counts most and stays; the one after it is given up.
      if (this.sightings.length > MOST_SIGHTINGS) this.sightings.splice(1, 1);
    }
    while (this.sightings.length > 1 && (this.sightings[0]?.lastSequence ?? 0) <= progress.ackFloor)
      this.sightings.shift();
    return nowMs - (this.sightings[0]?.atMs ?? nowMs);
  }
}
