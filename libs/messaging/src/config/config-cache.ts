import { LRUCache } from 'lru-cache';
import type { z } from 'zod';
import { ConfigInvalidError } from '../config-store.ts';

const MOST_ABSENT = 10_000;
const MOST_BYTES = 256 * 1024 * 1024;

interface Entry {
  readonly json: string;
  /** The value as the last schema parsed it. */
  parsed?: { readonly schema: z.ZodType; readonly value: unknown };
}

/**
 * Values by key, and keys known not to exist. The two are bounded apart, so that a flood of made-up keys does not push
 * out real ones. A value is parsed once; readers get the same object each time.
 */
export class ConfigCache {
  private readonly values: LRUCache<string, Entry>;
  private readonly absent = new LRUCache<string, true>({ max: MOST_ABSENT });

  constructor(maxEntries: number) {
    this.values = new LRUCache({
      max: maxEntries,
      maxSize: MOST_BYTES,
      sizeCalculation: (entry) => entry.json.length + 1,
    });
  }

  /** Undefined when unknown, null when it is known not to exist. Throws `ConfigInvalidError`. */
  get<T>(key: string, schema: z.ZodType<T>): T | null | undefined {
    const entry = this.values.get(key);
    if (entry === undefined) return this.absent.get(key) === true ? null : undefined;
    // Parsed with this very schema, so it is a T.
    if (entry.parsed?.schema === schema) return entry.parsed.value as T;
    const value = parse(key, entry.json, schema);
    entry.parsed = { schema, value };
    return value;
  }

  set(key: string, json: string | null): void {
    this.drop(key);
    if (json === null) this.absent.set(key, true);
    else this.values.set(key, { json });
  }

  drop(key: string): void {
    this.values.delete(key);
    this.absent.delete(key);
  }

  clear(): void {
    this.values.clear();
    this.absent.clear();
  }
}

function parse<T>(key: string, json: string, schema: z.ZodType<T>): T {
  try {
    const result = schema.safeParse(JSON.parse(json));
    if (result.success) return result.data;
    throw new ConfigInvalidError(key, result.error.message);
  } catch (thrown) {
    if (thrown instanceof SyntaxError) throw new ConfigInvalidError(key, thrown.message);
    throw thrown;
  }
}
