import { LRUCache } from 'lru-cache';
import type { SharedContext } from '../bus.ts';

const MOST_CONTEXTS = 4_096;
const MOST_BYTES = 32 * 1024 * 1024;

/** Contexts as they go over the wire: encoded once for each id. */
export class ContextBytes {
  private readonly known = new LRUCache<string, Buffer>({
    max: MOST_CONTEXTS,
    maxSize: MOST_BYTES,
    sizeCalculation: (bytes) => bytes.length + 1,
  });

  of(context: SharedContext<unknown>): Buffer {
    const known = this.known.get(context.id);
    if (known !== undefined) return known;
    const bytes = Buffer.from(JSON.stringify(context.value));
    this.known.set(context.id, bytes);
    return bytes;
  }
}

/** Contexts that arrived, parsed once for each id. */
export class KnownContexts {
  private readonly known = new LRUCache<string, { value: unknown }>({
    max: MOST_CONTEXTS,
    maxSize: MOST_BYTES,
  });

  /** Parses the bytes unless the id is known. Throws what `parse` throws. */
  read(id: string, bytes: Buffer, parse: (json: unknown) => unknown): unknown {
    const known = this.known.get(id);
    if (known !== undefined) return known.value;
    const value = parse(JSON.parse(bytes.toString('utf8')));
    this.known.set(id, { value }, { size: bytes.length + 1 });
    return value;
  }
}
