import { takeAlerts } from './budget/alerts.ts';
import { returnGrant, grantsRecalled, takeGrant } from './budget/grant.ts';
import { readQuotas } from './budget/quota-windows.ts';
import { holdSlots, slotsFreed, slotsRecalled } from './budget/slots.ts';
import { callProvider } from './call/provider-call.ts';
import { readKeptResponse } from './call/kept-response.ts';
import { testConnection } from './call/test-connection.ts';
import { configChanged } from './config/config-changed.ts';
import { queryRequests } from './queries/requests-query.ts';
import { queryKeyUse } from './queries/key-use-query.ts';
import { queryUsage } from './queries/usage-query.ts';
import { requestFinished } from './record/request-record.ts';
import { circuitOpened, readHealth } from './routing/health.ts';
import { callsObserved } from './routing/outcomes.ts';
import { makePlan, plansInvalidated } from './routing/plan.ts';

/** Every message between Tollgate's processes. Versioned by subject, additive only. */
export const CATALOGUE = {
  makePlan,
  plansInvalidated,
  callsObserved,
  circuitOpened,
  readHealth,
  takeGrant,
  returnGrant,
  grantsRecalled,
  takeAlerts,
  readQuotas,
  holdSlots,
  slotsRecalled,
  slotsFreed,
  callProvider,
  testConnection,
  readKeptResponse,
  requestFinished,
  configChanged,
  queryUsage,
  queryKeyUse,
  queryRequests,
} as const;
