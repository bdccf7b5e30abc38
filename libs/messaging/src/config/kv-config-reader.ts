import { type ConfigChanged, REVISION_KEY } from '@tollgate/contracts';
import type { z } from 'zod';
import { type ConfigReader, ConfigUnavailableError } from '../config-store.ts';
import { type BusLog, errorText } from '../log.ts';
import type { ConfigBucket } from './config-bucket.ts';
import { ConfigCache } from './config-cache.ts';
import { FetchGate } from './fetch-gate.ts';
import { readRevision } from './kv-config-writer.ts';

export interface ConfigReaderParts {
  readonly bucket: Pick<ConfigBucket, 'get'>;
  readonly isConnected: () => boolean;
  readonly maxEntries: number;
  readonly pollMs: number;
  readonly log: BusLog;
}

const FETCHES_AT_ONCE = 32;
const MOST_WAITING = 2_048;

interface Fetch {
  /** The key was changed after the fetch began: its result must not be kept. */
  isStale: boolean;
  readonly done: Promise<void>;
}

/** Reads through a cache that announcements keep true. */
export class KvConfigReader implements ConfigReader {
  private readonly cache: ConfigCache;
  private readonly gate = new FetchGate(FETCHES_AT_ONCE, MOST_WAITING);
  private readonly fetches = new Map<string, Fetch>();
  private readonly listeners: ((keys: readonly string[] | null) => void)[] = [];
  private known = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly parts: ConfigReaderParts) {
    this.cache = new ConfigCache(parts.maxEntries);
  }

  /** Starts to watch the revision, so that a lost announcement costs at most one poll. */
  start(): void {
    this.timer = setInterval(() => void this.poll(), this.parts.pollMs);
    this.timer.unref();
    void this.poll();
  }

  close(): void {
    clearInterval(this.timer);
  }

  peek<T>(key: string, schema: z.ZodType<T>): T | null | undefined {
    return this.cache.get(key, schema);
  }

  async read<T>(key: string, schema: z.ZodType<T>): Promise<T | null> {
    // Twice, for a key that changes while it is fetched; then the fetched value is as good as any.
    for (let tries = 0; tries < 3; tries++) {
      const cached = this.cache.get(key, schema);
      if (cached !== undefined) return cached;
      await this.fetch(key);
    }
    throw new ConfigUnavailableError(`${key} changes faster than it can be read`);
  }

  onChange(listener: (keys: readonly string[] | null) => void): void {
    this.listeners.push(listener);
  }

  revision(): number {
    return this.known;
  }

  /** An announcement has arrived. */
  changed(event: ConfigChanged): void {
    if (event.previousRevision > this.known) return this.dropAll(event.revision);
    this.known = Math.max(this.known, event.revision);
    for (const key of event.keys) this.drop(key);
    this.notify(event.keys);
  }

  /** Compares the revision, in case an announcement was missed. */
  async poll(): Promise<void> {
    if (!this.parts.isConnected()) return;
    try {
      const revision = readRevision(await this.parts.bucket.get(REVISION_KEY));
      if (revision !== this.known) this.dropAll(revision);
    } catch (thrown) {
      this.parts.log.debug({ error: errorText(thrown) }, 'the config revision cannot be read');
    }
  }

  private fetch(key: string): Promise<void> {
    const running = this.fetches.get(key);
    if (running !== undefined) return running.done;
    const fetch: Fetch = { isStale: false, done: this.load(key, () => fetch.isStale) };
    this.fetches.set(key, fetch);
    const forget = (): void => {
      if (this.fetches.get(key) === fetch) this.fetches.delete(key);
    };
    fetch.done.then(forget, forget);
    return fetch.done;
  }

  private async load(key: string, isStale: () => boolean): Promise<void> {
    if (!this.parts.isConnected())
      throw new ConfigUnavailableError(`${key} is not cached, and NATS is away`);
    try {
      const json = await this.gate.run(() => this.parts.bucket.get(key));
      if (!isStale()) this.cache.set(key, json);
    } catch (thrown) {
      throw new ConfigUnavailableError(`${key} cannot be read: ${errorText(thrown)}`, {
        cause: thrown,
      });
    }
  }

  private drop(key: string): void {
    this.cache.drop(key);
    const fetch = this.fetches.get(key);
    if (fetch === undefined) return;
    fetch.isStale = true;
    this.fetches.delete(key);
  }

  private dropAll(revision: number): void {
    this.known = revision;
    this.cache.clear();
    for (const key of [...this.fetches.keys()]) this.drop(key);
    this.notify(null);
  }

  private notify(keys: readonly string[] | null): void {
    for (const listener of this.listeners) {
      try {
        listener(keys);
      } catch (thrown) {
        this.parts.log.error({ error: errorText(thrown) }, 'a listener for config threw');
      }
    }
  }
}
