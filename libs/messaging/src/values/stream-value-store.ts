import {
  jetstream,
  type JetStreamClient,
  type JetStreamManager,
  jetstreamManager,
} from '@nats-io/jetstream';
import { type BusLog, errorText } from '../log.ts';
import type { NatsLink } from '../nats/connection.ts';
import { ensureStream, type StreamSizes, VALUE_STREAM, valueStream } from '../durable/streams.ts';
import { type ValueKey, type ValueStore, ValuesUnavailableError } from '../value-store.ts';
import { SIZE_CLASSES, type SizeClass, sizeClassOf } from './size-classes.ts';
import { TrimTurns } from './trim-turns.ts';

const PREFIX = 'tollgate.value';
const TOKEN = /^[A-Za-z0-9_-]{1,128}$/;
/** How long the server may take. */
const TIMEOUT_MS = 2_000;
const TRIM_EVERY = 64;

export interface StreamValueStoreParts {
  readonly link: NatsLink;
  readonly sizes: StreamSizes;
  readonly log: BusLog;
  readonly classes?: readonly SizeClass[];
  readonly trimEvery?: number;
}

/**
 * Values in a stream, one subject each. The stream is made when it is first used: only who uses it needs the right to. A
 * subject has the class of the value's size in it, so that the server can trim an owner's values of one class to a number.
 */
export class StreamValueStore implements ValueStore {
  private readonly classes: readonly SizeClass[];
  private readonly turns: TrimTurns;
  private made: Promise<void> | undefined;
  private isFilled = false;

  constructor(private readonly parts: StreamValueStoreParts) {
    this.classes = parts.classes ?? SIZE_CLASSES;
    this.turns = new TrimTurns(parts.trimEvery ?? TRIM_EVERY);
  }

  async put(key: ValueKey, value: Uint8Array): Promise<boolean> {
    const size = sizeClassOf(value.length, this.classes);
    if (size === undefined) return false;
    const subject = subjectOf(key, size);
    await this.reach(() => this.client().publish(subject, value, { timeout: TIMEOUT_MS }));
    const room = `${PREFIX}.${key.owner}.${size.name}.>`;
    if (this.turns.isDue(room)) this.trim(room, size.keep);
    return true;
  }

  async get(key: ValueKey): Promise<Buffer | null> {
    const subjects = this.subjectsOf(key);
    const data = await this.reach(async (manager) => {
      if (!(await this.filled(manager))) return null;
      const found = await Promise.all(
        subjects.map((subject) =>
          manager.streams.getMessage(VALUE_STREAM, { last_by_subj: subject }),
        ),
      );
      // A value that was replaced by one of another size stands under two subjects.
      const newest = found.filter((one) => one !== null).sort((a, b) => b.seq - a.seq)[0];
      return newest?.data ?? null;
    });
    return data && Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  }

  async delete(key: ValueKey): Promise<void> {
    const subjects = this.subjectsOf(key);
    await this.reach((manager) =>
      Promise.all(subjects.map((filter) => manager.streams.purge(VALUE_STREAM, { filter }))),
    );
  }

  private subjectsOf(key: ValueKey): readonly string[] {
    return this.classes.map((size) => subjectOf(key, size));
  }

  /** The owner's oldest values go. Nobody waits for it: what fails is done at a later turn. */
  private trim(filter: string, keep: number): void {
    this.reach((manager) => manager.streams.purge(VALUE_STREAM, { filter, keep })).catch(
      (thrown: unknown) => {
        this.parts.log.warn({ error: errorText(thrown), filter }, 'kept values cannot be trimmed');
      },
    );
  }

  private async reach<T>(work: (manager: JetStreamManager) => Promise<T>): Promise<T> {
    if (!this.parts.link.isConnected()) throw new ValuesUnavailableError('NATS is away');
    try {
      const manager = await jetstreamManager(this.parts.link.connection, {
        checkAPI: false,
        timeout: TIMEOUT_MS,
      });
      await this.ensure(manager);
      return await work(manager);
    } catch (thrown) {
      // Somebody may have deleted it.
      this.made = undefined;
      this.isFilled = false;
      throw new ValuesUnavailableError(errorText(thrown), { cause: thrown });
    }
  }

  private ensure(manager: JetStreamManager): Promise<void> {
    this.made ??= ensureStream(manager, valueStream(this.parts.sizes));
    return this.made;
  }

  /** nats-server 2.9 dies of a get from a stream that is just being made; see `ConfigBucket`. */
  private async filled(manager: JetStreamManager): Promise<boolean> {
    if (this.isFilled) return true;
    const { state } = await manager.streams.info(VALUE_STREAM);
    this.isFilled = state.last_seq > 0;
    return this.isFilled;
  }

  private client(): JetStreamClient {
    return jetstream(this.parts.link.connection);
  }
}

function subjectOf({ owner, group, id }: ValueKey, size: SizeClass): string {
  for (const token of [owner, group, id])
    if (!TOKEN.test(token)) throw new RangeError('A part of the key is no token of a subject.');
  return `${PREFIX}.${owner}.${size.name}.${group}.${id}`;
}
