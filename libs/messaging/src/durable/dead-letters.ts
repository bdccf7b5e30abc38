import type { BusLog } from '../log.ts';
import type { DeliveredMessage } from './delivered-message.ts';
import type { StreamPublisher } from './stream-publisher.ts';
import { DEAD_LETTER_SUBJECTS } from './streams.ts';

export interface DeadLetter {
  readonly message: DeliveredMessage;
  readonly stream: string;
  readonly durable: string;
  readonly reason: string;
  /** The lines of the message that are dead. */
  readonly lines: readonly string[];
}

const LONGEST_REASON = 500;

/** Parks what no consumer could handle: lines as they were, the reason and where they came from in headers. */
export class DeadLetters {
  constructor(
    private readonly publisher: StreamPublisher,
    private readonly log: BusLog,
  ) {}

  /** True once it is stored. */
  async park(letter: DeadLetter): Promise<boolean> {
    const { message, stream, durable, reason, lines } = letter;
    const outcome = await this.publisher.publish(
      `${DEAD_LETTER_SUBJECTS}.${durable}`,
      Buffer.from(lines.join('\n')),
      `${stream}-${durable}-${message.sequence}`,
      {
        // A header is one line.
        'Tollgate-Reason': reason.replaceAll(/[\r\n]+/g, ' ').slice(0, LONGEST_REASON),
        'Tollgate-Stream': stream,
        'Tollgate-Subject': message.subject,
        'Tollgate-Sequence': String(message.sequence),
      },
    );
    const { sequence } = message;
    if (outcome.kind === 'stored')
      this.log.error(
        { stream, durable, sequence, reason },
        'a message was parked as a dead letter',
      );
    else this.log.error({ stream, durable, sequence, outcome }, 'a dead letter was not stored');
    return outcome.kind === 'stored';
  }
}
