import {
  guardedConnector,
  guardedGet,
  readUrl,
  type AddressPolicy,
  type Resolver,
} from '@tollgate/outbound';
import type { MediaAnswer, MediaSource } from '../application/ports.ts';

const CONNECT_MS = 5_000;
const IDLE_MS = 10_000;
const MOST_REDIRECTS = 3;
const HEADERS = { accept: '*/*', 'accept-encoding': 'identity', 'user-agent': 'tollgate' };

/** Files that clients name by URL, over the guarded connector: each redirect is checked like the first URL. */
export class GuardedMedia implements MediaSource {
  private readonly connect: ReturnType<typeof guardedConnector>;

  /** @param resolver the system's own, when left out */
  constructor(
    private readonly policy: AddressPolicy,
    resolver?: Resolver,
  ) {
    this.connect = guardedConnector({
      policy,
      timeoutMs: CONNECT_MS,
      ...(resolver ? { resolver } : {}),
    });
  }

  get(url: string, maxBytes: number, signal: AbortSignal): Promise<MediaAnswer> {
    return guardedGet(url, (text) => readUrl(text, this.policy), {
      connect: this.connect,
      headers: HEADERS,
      maxBytes,
      maxRedirects: MOST_REDIRECTS,
      idleMs: IDLE_MS,
      signal,
    });
  }
}
