/** For services that have no grace period of their own. */
const USUAL_DRAIN_MS = 20_000;
const BUS_MARGIN_MS = 5_000;
const PROCESS_MARGIN_MS = 15_000;

export interface DrainTimes {
  /** How long the bus lets open calls go on; more than the service itself, which ends them in good order. */
  readonly busMs: number;
  /** After so long the process is ended. */
  readonly processMs: number;
}

/** @param drainMs how long the service lets open work go on, milliseconds */
export function drainTimes(drainMs: number = USUAL_DRAIN_MS): DrainTimes {
  return { busMs: drainMs + BUS_MARGIN_MS, processMs: drainMs + PROCESS_MARGIN_MS };
}
