import type { Deadlines } from '../bus/deadlines.ts';
import type { BusLog } from '../log.ts';
import type { BusTimings } from '../wire/limits.ts';
import type { ContextBytes } from './context-bytes.ts';
import type { Inbox } from './inbox.ts';
import type { Link } from './link.ts';
import type { Outbox } from './outbox.ts';

/** What everything that goes over NATS shares. */
export interface CarrierParts {
  readonly link: Link;
  readonly inbox: Inbox;
  readonly outbox: Outbox;
  readonly deadlines: Deadlines;
  readonly contextBytes: ContextBytes;
  readonly timings: BusTimings;
  readonly maxBodyBytes: number;
  readonly log: BusLog;
  /** Credit for a call that opens now, bytes. */
  windowFor(): number;
}
