import type { LookupAddress, LookupAllOptions } from 'node:dns';

/** Node's `dns.lookup`, asked for all addresses. */
export type Resolver = (
  hostname: string,
  options: LookupAllOptions,
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;
