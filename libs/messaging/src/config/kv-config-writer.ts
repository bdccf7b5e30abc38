import { type ConfigChanged, configChanged, REVISION_KEY } from '@tollgate/contracts';
import type { Bus } from '../bus.ts';
import type { ConfigWrite, ConfigWriter } from '../config-store.ts';
import type { ConfigBucket } from './config-bucket.ts';

const WRITES_AT_ONCE = 16;

/** Writes compiled config to the bucket: values first, then the revision, then the announcement. */
export class KvConfigWriter implements ConfigWriter {
  constructor(
    private readonly bucket: ConfigBucket,
    private readonly bus: Bus,
  ) {}

  async publish(writes: readonly ConfigWrite[], revision: number): Promise<void> {
    const previousRevision = await this.revision();
    for (let at = 0; at < writes.length; at += WRITES_AT_ONCE)
      await Promise.all(
        writes
          .slice(at, at + WRITES_AT_ONCE)
          .map(({ key, value }) =>
            value === null ? this.bucket.delete(key) : this.bucket.put(key, value),
          ),
      );
    const raised = Math.max(revision, previousRevision);
    await this.bucket.put(REVISION_KEY, String(raised));
    const event: ConfigChanged = {
      revision: raised,
      previousRevision,
      keys: writes.map(({ key }) => key),
    };
    this.bus.broadcast(configChanged, event);
  }

  async list(): Promise<ReadonlyMap<string, string>> {
    const entries = await this.bucket.entries();
    entries.delete(REVISION_KEY);
    return entries;
  }

  async revision(): Promise<number> {
    await this.bucket.ensure();
    return readRevision(await this.bucket.get(REVISION_KEY));
  }
}

/** The revision that a value stands for; 0 before the first. */
export function readRevision(value: string | null): number {
  const revision = Number(value ?? 0);
  return Number.isSafeInteger(revision) ? revision : 0;
}
