import {
  type Address,
  type AddressRange,
  isInRange,
  type KeyPolicy,
  parseAddress,
  parseRange,
} from '@tollgate/contracts';

/** Where a request comes from, as far as it is known without a look at any policy. */
export interface RequestSource {
  /** The address at the other end of the connection; undefined when it has gone. */
  readonly peer: { readonly remoteAddress?: string | undefined };
  /** Text of `x-forwarded-for`, all its lines in order; null without one. */
  readonly forwardedFor: string | null;
}

/** `1.2.3.4:567` and `[2001:db8::1]:567`, as some proxies write it. */
const WITH_PORT = /^(?:\[([^\]]+)\](?::\d{1,5})?|(\d+\.\d+\.\d+\.\d+):\d{1,5})$/;

/**
 * The client's address: the connection's, or behind a trusted proxy the last forwarded one that is no trusted proxy's.
 * What stands left of that is the client's own word. Null when it cannot be told.
 */
export function clientAddress(
  source: RequestSource,
  trustedProxies: readonly AddressRange[],
): Address | null {
  let address = parseAddress(source.peer.remoteAddress ?? '');
  if (source.forwardedFor === null) return address;
  const hops = source.forwardedFor.split(',');
  while (address !== null && hops.length > 0 && isInAny(address, trustedProxies)) {
    address = readHop(hops.pop() ?? '');
  }
  return address;
}

/** Whether a key takes requests from there. A key without ranges takes them from anywhere. */
export function isSourceAllowed(
  policy: KeyPolicy,
  source: RequestSource,
  trustedProxies: readonly AddressRange[],
): boolean {
  const ranges = rangesOf(policy);
  if (ranges === null) return true;
  const address = clientAddress(source, trustedProxies);
  return address !== null && isInAny(address, ranges);
}

const parsed = new WeakMap<KeyPolicy, readonly AddressRange[]>();

/** Read once for each policy. A range that cannot be read allows nothing. */
function rangesOf(policy: KeyPolicy): readonly AddressRange[] | null {
  if (!policy.sourceRanges) return null;
  const known = parsed.get(policy);
  if (known) return known;
  const ranges = policy.sourceRanges.flatMap((text) => parseRange(text) ?? []);
  parsed.set(policy, ranges);
  return ranges;
}

function readHop(text: string): Address | null {
  const hop = text.trim();
  const match = WITH_PORT.exec(hop);
  return parseAddress(match?.[1] ?? match?.[2] ?? hop);
}

function isInAny(address: Address, ranges: readonly AddressRange[]): boolean {
  return ranges.some((range) => isInRange(address, range));
}
