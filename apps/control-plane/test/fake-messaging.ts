import {
  type Failure,
  failure,
  type RequestMessage,
  type Result,
  takeAlerts,
} from '@tollgate/contracts';
import type {
  Bus,
  ConfigWrite,
  ConfigWriter,
  ConsumerOptions,
  Disposition,
  DurableConsumers,
} from '@tollgate/messaging';

/** A config bucket in memory that can be taken away. */
export class FakeConfigWriter implements ConfigWriter {
  readonly entries = new Map<string, string>();
  readonly published: { revision: number; keys: string[] }[] = [];
  isAway = false;
  private current = 0;

  async publish(writes: readonly ConfigWrite[], revision: number): Promise<void> {
    this.failWhenAway();
    for (const { key, value } of writes) {
      if (value === null) this.entries.delete(key);
      else this.entries.set(key, value);
    }
    this.current = Math.max(this.current, revision);
    this.published.push({ revision, keys: writes.map(({ key }) => key) });
  }

  async list(): Promise<ReadonlyMap<string, string>> {
    this.failWhenAway();
    return new Map(this.entries);
  }

  async revision(): Promise<number> {
    this.failWhenAway();
    return this.current;
  }

  private failWhenAway(): void {
    if (this.isAway) throw new Error('NATS is away');
  }
}

/** Delivers what a test hands in, as one batch, to whoever consumes it. */
export class FakeConsumers implements DurableConsumers {
  readonly consuming = new Map<string, ConsumerOptions>();
  private sequence = 0;

  async consume(options: ConsumerOptions) {
    this.consuming.set(options.durable, options);
    return {
      status: async () => ({ pending: 0, ackFloor: this.sequence, lastSequence: this.sequence }),
      stop: async () => {
        this.consuming.delete(options.durable);
      },
    };
  }

  async deliver(durable: string, ...events: readonly object[]): Promise<readonly Disposition[]> {
    const options = this.consuming.get(durable);
    if (!options) throw new Error(`nobody consumes ${durable}`);
    return options.handle([messageOf(++this.sequence, events)]);
  }
}

/** A message of a stream, a line for each event. */
export function messageOf(sequence: number, events: readonly object[], redeliveries = 0) {
  const lines = events.map((event) => JSON.stringify(event));
  return { sequence, redeliveries, lines, bytes: Buffer.from(lines.join('\n')) };
}

/** Answers questions with what a test says, and fails where it says nothing. */
export class FakeBus implements Pick<Bus, 'request'> {
  readonly questions: { subject: string; question: unknown }[] = [];
  readonly answers = new Map<string, unknown>();

  async request<Q, A>(message: RequestMessage<Q, A>, question: Q): Promise<Result<A, Failure>> {
    // Asked once a second, whatever a test does.
    if (message.subject !== takeAlerts.subject)
      this.questions.push({ subject: message.subject, question: message.request.parse(question) });
    const answer = this.answers.get(message.subject);
    if (answer === undefined) return { ok: false, failure: failure('bus.no_responder') };
    return { ok: true, value: message.answer.parse(answer) };
  }
}
