import { setTimeout as sleep } from 'node:timers/promises';
import { type EventMessage, requestFinished } from '@tollgate/contracts';
import {
  DEAD_LETTER_STREAM,
  DEAD_LETTER_SUBJECTS,
  type Disposition,
  type DurableConsumers,
  type DurableMessage,
  type DurablePublisher,
} from '@tollgate/messaging';
import { explainLine } from '../domain/explain-line.ts';
import { INGEST_DURABLE } from './ingest-runner.ts';

const deadLetters: EventMessage<unknown> = {
  ...requestFinished,
  subject: `${DEAD_LETTER_SUBJECTS}.${INGEST_DURABLE}`,
};
const POLL_MS = 50;
/** Nothing more arrived for that long: what was counted has expired since. */
const IDLE_MS = 15_000;
const LATER_MS = 1_000;

export interface ReplayReport {
  /** Lines that went back onto the stream of records. */
  readonly replayed: number;
  /** Lines that are still no records: parked again, for a later run. */
  readonly left: number;
}

/**
 * Puts the lines that are parked now and that are records (by now) back onto their stream. The ledger and the store know
 * a request by its id, so a line that was settled before changes nothing there.
 */
export async function replayDeadLetters(
  consumers: DurableConsumers,
  publisher: DurablePublisher,
): Promise<ReplayReport> {
  const run = new ReplayRun(publisher);
  const running = await consumers.consume({
    message: deadLetters,
    stream: DEAD_LETTER_STREAM,
    // Parks under the same subject what it cannot replay.
    durable: INGEST_DURABLE,
    maxMessages: 100,
    maxBytes: 1024 * 1024,
    maxWaitMs: POLL_MS,
    ackWaitMs: 30_000,
    handle: (batch) => run.handle(batch),
  });
  try {
    const { pending, lastSequence } = await running.status();
    run.begin(lastSequence);
    while (run.seen < pending && !run.isIdle()) await sleep(POLL_MS);
  } finally {
    await running.stop();
    await publisher.flush();
  }
  return { replayed: run.replayed, left: run.left };
}

class ReplayRun {
  replayed = 0;
  left = 0;
  private readonly sequences = new Set<number>();
  private lastSeen = performance.now();
  private until = Number.POSITIVE_INFINITY;
  private open: () => void = () => undefined;
  private readonly begun = new Promise<void>((resolve) => {
    this.open = resolve;
  });

  constructor(private readonly publisher: DurablePublisher) {}

  /** Messages up to there belong to this run; what is parked again comes after. */
  begin(until: number): void {
    this.until = until;
    this.open();
  }

  get seen(): number {
    return this.sequences.size;
  }

  isIdle(): boolean {
    return performance.now() - this.lastSeen > IDLE_MS;
  }

  async handle(batch: readonly DurableMessage[]): Promise<readonly Disposition[]> {
    await this.begun;
    const dispositions: Disposition[] = [];
    for (const message of batch) dispositions.push(await this.replay(message));
    return dispositions;
  }

  private async replay(message: DurableMessage): Promise<Disposition> {
    if (message.sequence > this.until) return { kind: 'retry', afterMs: LATER_MS };
    const reasons = message.lines.map((line) => explainLine(line));
    const bad = message.lines.filter((_, i) => reasons[i] !== undefined);
    for (const [i, line] of message.lines.entries())
      if (reasons[i] === undefined) await this.publisher.publish(requestFinished, line);
    this.sequences.add(message.sequence);
    this.lastSeen = performance.now();
    this.replayed += message.lines.length - bad.length;
    this.left += bad.length;
    const reason = reasons.find((one) => one !== undefined);
    return reason === undefined ? { kind: 'done' } : { kind: 'dead', reason, lines: bad };
  }
}
