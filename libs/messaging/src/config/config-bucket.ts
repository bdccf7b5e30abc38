import { jetstreamManager, StorageType } from '@nats-io/jetstream';
import { type KV, Kvm } from '@nats-io/kv';
import type { NatsConnection } from '@nats-io/transport-node';
import { CONFIG_BUCKET } from '@tollgate/contracts';

/** The KV bucket of compiled config. */
export class ConfigBucket {
  private opened: Promise<KV> | undefined;
  private isFilled = false;

  constructor(
    private readonly connection: NatsConnection,
    private readonly replicas: number,
  ) {}

  /** The value of the key; null when there is none. Throws when the bucket cannot be reached. */
  async get(key: string): Promise<string | null> {
    try {
      if (!(await this.filled())) return null;
      const entry = await (await this.bound()).get(key);
      return entry === null || entry.operation !== 'PUT' ? null : entry.string();
    } catch (thrown) {
      this.isFilled = false;
      throw thrown;
    }
  }

  /** Makes the bucket when it is not there. */
  async ensure(): Promise<void> {
    await this.made();
  }

  async put(key: string, value: string): Promise<void> {
    await (await this.made()).put(key, value);
  }

  async delete(key: string): Promise<void> {
    await (await this.made()).delete(key);
  }

  async entries(): Promise<Map<string, string>> {
    const found = new Map<string, string>();
    for await (const entry of await (await this.made()).history({ key: '>' })) {
      if (entry.operation === 'PUT') found.set(entry.key, entry.string());
      else found.delete(entry.key);
    }
    return found;
  }

  /**
   * Whether the bucket holds anything yet. nats-server 2.9 dies of a get from a stream that is just being made (a nil
   * dereference in `jsMsgGetRequest`), and services start together; a stream with a message is made.
   */
  private async filled(): Promise<boolean> {
    if (this.isFilled) return true;
    const manager = await jetstreamManager(this.connection, { checkAPI: false });
    const { state } = await manager.streams.info(`KV_${CONFIG_BUCKET}`);
    this.isFilled = state.last_seq > 0;
    return this.isFilled;
  }

  /** Bound without looking: reads then go to the stream's leader, never to a replica that lags behind. */
  private bound(): Promise<KV> {
    return new Kvm(this.connection).open(CONFIG_BUCKET);
  }

  /** Made when it is not there. */
  private made(): Promise<KV> {
    this.opened ??= new Kvm(this.connection)
      .create(CONFIG_BUCKET, {
        history: 1,
        storage: StorageType.File,
        replicas: this.replicas,
        allow_direct: false,
      })
      .catch((thrown: unknown) => {
        this.opened = undefined;
        throw thrown;
      });
    return this.opened;
  }
}
