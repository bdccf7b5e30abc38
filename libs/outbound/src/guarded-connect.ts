import { lookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { buildConnector } from 'undici';
import { type AddressPolicy, isDialable, isForbiddenHost } from './address-guard.ts';
import { ForbiddenAddressError } from './forbidden-address-error.ts';
import type { Resolver } from './resolver.ts';

export interface GuardedConnectOptions {
  readonly policy: AddressPolicy;
  readonly timeoutMs: number;
  /** The system's own, when left out. */
  readonly resolver?: Resolver;
}

/**
 * Connects only to addresses that the policy allows. What is checked is the address that is dialled: each one that the
 * resolver answers, the literal in the URL, and the peer of the open socket.
 */
export function guardedConnector(options: GuardedConnectOptions): buildConnector.connector {
  const { policy, timeoutMs, resolver = lookup } = options;
  const dial = buildConnector({ timeout: timeoutMs, lookup: guardedLookup(policy, resolver) });
  return (target, callback) => {
    if (isForbiddenHost(target.hostname, policy))
      // Later, as a socket would: the pool does not expect its answer while it still asks.
      return process.nextTick(callback, new ForbiddenAddressError(target.hostname), null);
    dial(target, (...[error, socket]) => {
      if (error) return callback(error, null);
      const peer = socket.remoteAddress ?? '';
      if (isDialable(peer, policy)) return callback(null, socket);
      socket.destroy();
      callback(new ForbiddenAddressError(peer), null);
    });
  };
}

/** For `net.connect` and all that is built on it: answers with allowed addresses alone. */
export function guardedLookup(policy: AddressPolicy, resolver: Resolver = lookup): LookupFunction {
  return (hostname, options, callback) => {
    resolver(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, []);
      const allowed = addresses.filter(({ address }) => isDialable(address, policy));
      const [first] = allowed;
      if (!first) return callback(new ForbiddenAddressError(hostname), []);
      if (options.all) callback(null, allowed);
      else callback(null, first.address, first.family);
    });
  };
}
