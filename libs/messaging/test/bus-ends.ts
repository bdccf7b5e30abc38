import type { Bus, ServiceHost } from '../src/index.ts';

/** Two ends of the bus: a caller, and the hosts of services that it can reach. */
export interface BusEnds {
  readonly caller: Bus;
  readonly routing: ServiceHost;
  readonly adapter: ServiceHost;
}

/** Credit that calls start with in the contract suite, bytes. */
export const WINDOW = 10_000;
