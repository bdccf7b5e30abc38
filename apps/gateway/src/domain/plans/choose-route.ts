import type { KeyPolicy } from '@tollgate/contracts';

/** Which route decides, and about which model. */
export interface RouteChoice {
  readonly routeId: string;
  /** Null when the route's own targets decide. */
  readonly modelAsked: string | null;
}

/** `model` may name a published route of the project; else the key's own route decides. Null: the key has none. */
export function chooseRoute(policy: KeyPolicy, modelAsked: string | null): RouteChoice | null {
  if (modelAsked !== null && Object.hasOwn(policy.routesByName, modelAsked)) {
    const named = policy.routesByName[modelAsked];
    if (named !== undefined) return { routeId: named, modelAsked: null };
  }
  return policy.routeId === null ? null : { routeId: policy.routeId, modelAsked };
}
