import type { z } from 'zod';

/** Reads compiled config: a bounded cache over the KV bucket, kept true by announcements and a poll of the revision. */
export interface ConfigReader {
  /** What the cache holds right now, without IO: undefined when unknown, null when it is known not to exist. */
  peek<T>(key: string, schema: z.ZodType<T>): T | null | undefined;
  /** From the cache, else from the bucket. Null when there is no such key. Throws `ConfigUnavailableError` when NATS is away and the cache has nothing. */
  read<T>(key: string, schema: z.ZodType<T>): Promise<T | null>;
  /** Called with the KV keys that changed; with null when anything may have changed. */
  onChange(listener: (keys: readonly string[] | null) => void): void;
  /** The revision that the cache is true to. */
  revision(): number;
}

/** The config cannot be read right now, and the cache does not hold it. */
export class ConfigUnavailableError extends Error {
  constructor(text: string, options?: ErrorOptions) {
    super(text, options);
    this.name = 'ConfigUnavailableError';
  }
}

/** What stands in the bucket does not fit the reader's schema. */
export class ConfigInvalidError extends Error {
  constructor(key: string, text: string) {
    super(`the config under ${key} does not fit its schema: ${text}`);
    this.name = 'ConfigInvalidError';
  }
}

/** Injection token of the reader. */
export const CONFIG_READER = Symbol('tollgate.config-reader');

export interface ConfigWrite {
  readonly key: string;
  /** JSON text; null deletes. */
  readonly value: string | null;
}

/** Writes compiled config; the control plane alone holds one. */
export interface ConfigWriter {
  /** Writes all, raises the revision to the given one, and announces it. Idempotent: writing the same again is harmless. */
  publish(writes: readonly ConfigWrite[], revision: number): Promise<void>;
  /** All keys and their values, for reconciliation after a restart. */
  list(): Promise<ReadonlyMap<string, string>>;
  revision(): Promise<number>;
}

/** Injection token of the writer. */
export const CONFIG_WRITER = Symbol('tollgate.config-writer');
