import { type Failure, type Result, succeed } from '@tollgate/contracts';
import { LRUCache } from 'lru-cache';
import type { Clock } from '../../application/ports.ts';

/** A credential with its end. */
export interface Lent<T> {
  readonly value: T;
  /** Milliseconds since the epoch; infinite where it has no end. */
  readonly expiresAtMs: number;
}

export type Lend<T> = () => Promise<Result<Lent<T>, Failure>>;

const MOST_CREDENTIALS = 1_000;
/** Fetched anew when it would end sooner, so that a request signed now is still good when it arrives. */
const RENEW_MS = 180_000;
/** Used to the last when it cannot be renewed. */
const LAST_USE_MS = 15_000;
/** How long a refusal holds: many calls with one wrong credential ask once. */
const REFUSED_MS = 2_000;

interface Entry<T> {
  lent: Lent<T> | null;
  pending: Promise<Result<T, Failure>> | null;
  refusal: { readonly failure: Failure; readonly untilMs: number } | null;
}

/** Keeps fetched credentials until shortly before they end; of many callers one alone fetches. Bounded. */
export class CredentialCache<T> {
  private readonly entries = new LRUCache<string, Entry<T>>({ max: MOST_CREDENTIALS });

  constructor(private readonly clock: Clock) {}

  /** @param lend fetches the credential; never rejects */
  get(key: string, lend: Lend<T>): Result<T, Failure> | Promise<Result<T, Failure>> {
    const entry = this.entries.get(key) ?? this.add(key);
    const nowMs = this.clock.epochMs();
    if (entry.lent && entry.lent.expiresAtMs - nowMs > RENEW_MS) return succeed(entry.lent.value);
    if (entry.pending) return entry.pending;
    const { refusal } = entry;
    if (refusal && nowMs < refusal.untilMs)
      return this.stillGood(entry) ?? { ok: false, failure: refusal.failure };
    entry.pending = this.renew(entry, lend);
    return entry.pending;
  }

  private async renew(entry: Entry<T>, lend: Lend<T>): Promise<Result<T, Failure>> {
    const lent = await lend();
    entry.pending = null;
    if (lent.ok) {
      entry.lent = lent.value;
      entry.refusal = null;
      return succeed(lent.value.value);
    }
    entry.refusal = { failure: lent.failure, untilMs: this.clock.epochMs() + REFUSED_MS };
    return this.stillGood(entry) ?? lent;
  }

  private stillGood({ lent }: Entry<T>): Result<T, Failure> | undefined {
    const isGood = lent !== null && lent.expiresAtMs - this.clock.epochMs() > LAST_USE_MS;
    return isGood ? succeed(lent.value) : undefined;
  }

  private add(key: string): Entry<T> {
    const entry: Entry<T> = { lent: null, pending: null, refusal: null };
    this.entries.set(key, entry);
    return entry;
  }
}
