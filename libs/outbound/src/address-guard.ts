import { BlockList, isIP } from 'node:net';

/** Addresses of this machine and of private networks: allowed only where the operator says so. */
const PRIVATE: readonly [string, number][] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['::', 128],
  ['::1', 128],
  ['fc00::', 7],
];

/** Metadata services, link-local and reserved addresses, and IPv6 forms that hide an IPv4 address: never a provider. */
const FORBIDDEN: readonly [string, number][] = [
  ['168.63.129.16', 32],
  ['169.254.0.0', 16],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['2001::', 32],
  ['2002::', 16],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
  ['fd00:ec2::254', 128],
];

const isPrivate = listOf(PRIVATE);
const isForbidden = listOf(FORBIDDEN);

export interface AddressPolicy {
  readonly allowPrivate: boolean;
}

/** `::1.2.3.4`, an IPv4 address in its deprecated IPv6 form. */
const isEmbedded = listOf([['::', 96]]);

/** `::ffff:1.2.3.4`. Checked by text: a BlockList takes such a range to mean all of IPv4. */
const MAPPED = /^::ffff:/i;

/** Whether a provider may be dialled at this address (an IP, as the resolver or the URL gave it). */
export function isDialable(address: string, policy: AddressPolicy): boolean {
  const version = isIP(address);
  if (version === 0 || MAPPED.test(address) || isForbidden(address)) return false;
  if (isPrivate(address)) return policy.allowPrivate;
  return version === 4 || !isEmbedded(address);
}

/** Names that mean this machine, whatever a resolver says (RFC 6761). */
const LOCAL_NAME = /^(?:.*\.)?localhost\.?$/i;

/** Whether a host, as a parsed URL writes it, is known to be forbidden before any name is resolved. */
export function isForbiddenHost(hostname: string, policy: AddressPolicy): boolean {
  const host = hostname.replace(/^\[|\]$/g, '');
  if (isIP(host) !== 0) return !isDialable(host, policy);
  return LOCAL_NAME.test(host) && !policy.allowPrivate;
}

function listOf(ranges: readonly [string, number][]): (address: string) => boolean {
  const list = new BlockList();
  for (const [net, prefix] of ranges)
    list.addSubnet(net, prefix, net.includes(':') ? 'ipv6' : 'ipv4');
  return (address) => list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}
