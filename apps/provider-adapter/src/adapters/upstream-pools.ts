import { type AddressPolicy, guardedConnector, type Resolver } from '@tollgate/outbound';
import { LRUCache } from 'lru-cache';
import { type Dispatcher, Pool } from 'undici';
import type { UpstreamDispatch, Upstreams } from '../application/ports.ts';

const MOST_ORIGINS = 256;
const CONNECTIONS_PER_ORIGIN = 512;
/** Shorter than what servers usually keep; a server's own hint wins. */
const KEEP_ALIVE_MS = 8_000;
/** The call's own connect timeout comes first; this one ends what it left behind. */
const CONNECT_MS = 15_000;

/** A bounded pool of kept connections for each origin. Redirects are not followed; timeouts are the calls' own. */
export class UpstreamPools implements Upstreams {
  private readonly pools: LRUCache<string, Pool>;
  private readonly connect: ReturnType<typeof guardedConnector>;

  /** @param resolver the system's own, when left out */
  constructor(policy: AddressPolicy, resolver?: Resolver) {
    this.connect = guardedConnector({
      policy,
      timeoutMs: CONNECT_MS,
      ...(resolver ? { resolver } : {}),
    });
    this.pools = new LRUCache<string, Pool>({
      max: MOST_ORIGINS,
      // Open calls of an origin that was pushed out go on to their end.
      dispose: (pool, _origin, reason) => {
        if (reason === 'evict') void pool.close();
      },
    });
  }

  dispatch(origin: string, request: UpstreamDispatch, handler: Dispatcher.DispatchHandler): void {
    const { path, headers, body } = request;
    const method = body === null ? 'GET' : 'POST';
    this.pool(origin).dispatch({ path, method, headers, body }, handler);
  }

  async close(): Promise<void> {
    const pools = [...this.pools.values()];
    this.pools.clear();
    await Promise.all(pools.map((pool) => pool.destroy()));
  }

  private pool(origin: string): Pool {
    const known = this.pools.get(origin);
    if (known) return known;
    const pool = new Pool(origin, {
      connections: CONNECTIONS_PER_ORIGIN,
      connect: this.connect,
      headersTimeout: 0,
      bodyTimeout: 0,
      keepAliveTimeout: KEEP_ALIVE_MS,
      keepAliveMaxTimeout: 60_000,
    });
    this.pools.set(origin, pool);
    return pool;
  }
}
