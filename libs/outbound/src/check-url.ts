import { lookup } from 'node:dns';
import { isIP } from 'node:net';
import { type AddressPolicy, isDialable, isForbiddenHost } from './address-guard.ts';
import type { Resolver } from './resolver.ts';

/** How long a name may take to resolve before it passes unchecked: what is dialled is checked again then. */
const RESOLVE_MS = 2_000;

/**
 * An absolute http(s) URL without user or password whose host, if it is written as an address, may be dialled; else
 * undefined. The parser has undone what hides an address by then: decimal, hex and octal numbers, fullwidth digits,
 * other dots, backslashes.
 */
export function readUrl(text: string, policy: AddressPolicy): URL | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  const isHttp = url.protocol === 'https:' || url.protocol === 'http:';
  if (!isHttp || url.username !== '' || url.password !== '') return undefined;
  return isForbiddenHost(url.hostname, policy) ? undefined : url;
}

/**
 * Whether the URL may be dialled as its name resolves right now. A name that does not resolve passes: it may belong to
 * another network, and whoever dials checks again.
 */
export async function resolvesToDialable(
  url: URL,
  policy: AddressPolicy,
  resolver: Resolver = lookup,
): Promise<boolean> {
  if (isForbiddenHost(url.hostname, policy)) return false;
  if (isLiteral(url)) return true;
  const addresses = await resolveAll(url.hostname, resolver);
  return addresses.length === 0 || addresses.some((address) => isDialable(address, policy));
}

function resolveAll(host: string, resolver: Resolver): Promise<readonly string[]> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve([]), RESOLVE_MS);
    resolver(host, { all: true }, (error, addresses) => {
      clearTimeout(timer);
      resolve(error ? [] : addresses.map(({ address }) => address));
    });
  });
}

function isLiteral({ hostname }: URL): boolean {
  return isIP(hostname.replace(/^\[|\]$/g, '')) !== 0;
}
