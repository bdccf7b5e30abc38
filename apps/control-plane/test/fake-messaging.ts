import {
  type Failure,
  failure,
  type RequestMessage,
  type Result,
  takeAlerts,
} from '@tollgate/contracts';
import type { Bus, ConfigWrite, ConfigWriter } from '@tollgate/messaging';

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
