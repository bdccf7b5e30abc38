import { type JetStreamManager, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import type { ConsumerOptions, DurableConsumers, RunningConsumer } from '../durable.ts';
import type { BusLog } from '../log.ts';
import type { Link } from '../nats/link.ts';
import { BatchHandling } from './batch-handling.ts';
import { ensureConsumer } from './consumer-definition.ts';
import { DeadLetters } from './dead-letters.ts';
import { GivingWay } from './giving-way.ts';
import { PullSource } from './pull-source.ts';
import type { StreamPublisher } from './stream-publisher.ts';

export interface PullConsumersParts {
  readonly connection: NatsConnection;
  readonly link: Link;
  readonly publisher: StreamPublisher;
  readonly inboxPrefix: string;
  readonly log: BusLog;
}

/** Durable pull consumers. They outlive restarts of NATS. */
export class PullConsumers implements DurableConsumers {
  private readonly running = new Set<PullConsumer>();
  private counter = 0;

  constructor(private readonly parts: PullConsumersParts) {
    parts.link.onUp(() => {
      for (const consumer of this.running) consumer.source.reconnected();
    });
  }

  async consume(options: ConsumerOptions): Promise<RunningConsumer> {
    const manager = await jetstreamManager(this.parts.connection, { checkAPI: false });
    await ensureConsumer(manager, options);
    const inbox = `${this.parts.inboxPrefix}.pull.${(this.counter++).toString(36)}`;
    const consumer = new PullConsumer(this.parts, manager, options, inbox, () =>
      this.running.delete(consumer),
    );
    this.running.add(consumer);
    return consumer;
  }

  async close(): Promise<void> {
    await Promise.all([...this.running].map((consumer) => consumer.stop()));
  }
}

class PullConsumer implements RunningConsumer {
  readonly source: PullSource;
  private readonly handling: BatchHandling;
  private readonly givingWay: GivingWay;
  private readonly loop: Promise<void>;
  private isStopping = false;

  constructor(
    private readonly parts: PullConsumersParts,
    private readonly manager: JetStreamManager,
    private readonly options: ConsumerOptions,
    inbox: string,
    private readonly onStop: () => void,
  ) {
    const { link, publisher, log } = parts;
    const ensure = async (): Promise<void> => void (await ensureConsumer(manager, options));
    this.source = new PullSource(link, { ...options, inbox, ensure, log });
    this.handling = new BatchHandling(options, new DeadLetters(publisher, log), log);
    this.givingWay = new GivingWay(options, () => this.status(), Date.now);
    this.loop = this.run();
  }

  async status(): Promise<{ pending: number; ackFloor: number; lastSequence: number }> {
    const { stream, durable } = this.options;
    // The stream first: what arrives in between counts as pending, never as passed.
    const { state } = await this.manager.streams.info(stream);
    const info = await this.manager.consumers.info(stream, durable);
    return {
      pending: info.num_pending + info.num_ack_pending,
      ackFloor: info.ack_floor.stream_seq,
      lastSequence: state.last_seq,
    };
  }

  async stop(): Promise<void> {
    this.isStopping = true;
    this.source.stop();
    await this.loop;
    this.onStop();
    if (this.parts.link.isConnected()) await this.parts.connection.flush().catch(() => undefined);
  }

  private async run(): Promise<void> {
    while (!this.isStopping) {
      const batch = await this.source.next();
      if (batch.length === 0) continue;
      // While the handler works, the server must not give these messages to somebody else.
      const sign = setInterval(() => {
        for (const message of batch) message.working();
        for (const message of this.source.waiting()) message.working();
      }, this.options.ackWaitMs / 2);
      for (const part of await this.givingWay.sortOut(batch)) await this.handling.handle(part);
      clearInterval(sign);
    }
  }
}
