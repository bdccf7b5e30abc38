import { DEFAULT_RETRY, DEFAULT_TIMEOUTS } from '@tollgate/contracts';
import type {
  AiProviderRow,
  KeyRow,
  OrganizationRow,
  ProjectRow,
  RouteDefinition,
} from './rows.ts';

const at = new Date('2026-11-01T00:00:00Z');
const times = { createdAt: at, updatedAt: at };

/** Rows for specs, complete and plain. */
export const sampleOrganization: OrganizationRow = {
  id: 'org_1',
  ...times,
  name: 'acme',
  defaultRoutingStrategy: null,
  payloadCapture: 'metadata',
  budgets: [],
  managedCaps: { chat: 50, images: 10, embeddings: 50 },
  defaultPrice: null,
};

export const sampleProject: ProjectRow = {
  id: 'prj_1',
  ...times,
  organizationId: 'org_1',
  name: 'shop',
  defaultRoutingStrategy: null,
  payloadCapture: null,
  budgets: [],
  defaultPrice: null,
};

export const sampleKey: KeyRow = {
  id: 'key_1',
  ...times,
  projectId: 'prj_1',
  name: 'backend',
  routeId: 'rte_1',
  keyHash: 'h',
  keyHint: 'abcd',
  enabled: true,
  rateLimit: null,
  tokenLimit: null,
  maxConcurrency: null,
  routingStrategy: null,
  modelAllowlist: null,
  budgetMonthlyEur: null,
  budgetAlertPct: null,
  budgets: [],
  expiresAt: null,
  metadata: {},
  allowProviderKeys: false,
  sourceRanges: null,
  createdBy: null,
  revokedAt: null,
};

export const sampleConnection: AiProviderRow = {
  id: 'aip_1',
  ...times,
  projectId: 'prj_1',
  secretId: null,
  name: 'openai',
  provider: 'openai',
  defaultModel: null,
  baseUrl: null,
  config: null,
  access: 'byok',
  models: [],
  enabled: true,
};

export const sampleDefinition: RouteDefinition = {
  strategy: null,
  targets: [],
  allowProfileOverride: false,
  defaultProfile: null,
  retry: DEFAULT_RETRY,
  timeouts: DEFAULT_TIMEOUTS,
  continueOnCut: false,
};
