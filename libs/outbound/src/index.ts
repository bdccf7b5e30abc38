export { type AddressPolicy, isDialable } from './address-guard.ts';
export { readUrl, resolvesToDialable } from './check-url.ts';
export { ForbiddenAddressError } from './forbidden-address-error.ts';
export {
  type GetOutcome,
  type GetRefusal,
  guardedGet,
  type GuardedGetOptions,
} from './guarded-get.ts';
export { guardedPost, type GuardedPostOptions, type PostOutcome } from './guarded-post.ts';
export { guardedConnector, type GuardedConnectOptions, guardedLookup } from './guarded-connect.ts';
export type { Resolver } from './resolver.ts';
