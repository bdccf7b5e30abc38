import { lookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { buildConnector } from 'undici';
import { ForbiddenAddressError } from '../application/ports.ts';
import { type AddressPolicy, isDialable } from './address-guard.ts';

/**
 * Connects to providers. What is checked is the address that is dialled: each one that the resolver answers, the
 * literal in the URL, and the peer of the open socket.
 */
export function guardedConnector(
  policy: AddressPolicy,
  timeoutMs: number,
): buildConnector.connector {
  const dial = buildConnector({ timeout: timeoutMs, lookup: guardedLookup(policy) });
  return (options, callback) => {
    const literal = options.hostname.replace(/^\[|\]$/g, '');
    if (isIP(literal) !== 0 && !isDialable(literal, policy))
      // Later, as a socket would: the pool does not expect its answer while it still asks.
      return process.nextTick(callback, new ForbiddenAddressError(literal), null);
    dial(options, (...[error, socket]) => {
      if (error) return callback(error, null);
      const peer = socket.remoteAddress ?? '';
      if (isDialable(peer, policy)) return callback(null, socket);
      socket.destroy();
      callback(new ForbiddenAddressError(peer), null);
    });
  };
}

function guardedLookup(policy: AddressPolicy): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, []);
      const allowed = addresses.filter(({ address }) => isDialable(address, policy));
      const [first] = allowed;
      if (!first) return callback(new ForbiddenAddressError(hostname), []);
      if (options.all) callback(null, allowed);
      else callback(null, first.address, first.family);
    });
  };
}
