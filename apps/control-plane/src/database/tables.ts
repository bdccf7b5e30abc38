import { EntitySchema, type EntitySchemaColumnOptions } from 'typeorm';
import type {
  AiProviderRow,
  CreditRow,
  ExchangeRateRow,
  FormerKeyTextRow,
  KeyRow,
  OrganizationRow,
  ProjectRow,
  RouteRow,
  RouteVersionRow,
  SecretRow,
} from '../domain/rows.ts';
import { webhookDeliveries, webhookEvents, webhooks } from '../webhooks/webhook-tables.ts';

/** Everything of the control plane stands in this schema. */
export const SCHEMA = 'control_plane';

const text: EntitySchemaColumnOptions = { type: 'text' };
const optionalText: EntitySchemaColumnOptions = { type: 'text', nullable: true };
const json: EntitySchemaColumnOptions = { type: 'jsonb' };
const optionalJson: EntitySchemaColumnOptions = { type: 'jsonb', nullable: true };
const integer: EntitySchemaColumnOptions = { type: 'integer' };
const optionalInteger: EntitySchemaColumnOptions = { type: 'integer', nullable: true };
const boolean: EntitySchemaColumnOptions = { type: 'boolean' };
const optionalTime: EntitySchemaColumnOptions = { type: 'timestamptz', nullable: true };

const id: EntitySchemaColumnOptions = { type: 'text', primary: true };
const createdAt: EntitySchemaColumnOptions = { type: 'timestamptz', createDate: true };
const updatedAt: EntitySchemaColumnOptions = { type: 'timestamptz', updateDate: true };
const row = { id, createdAt, updatedAt };

export const organizations = new EntitySchema<OrganizationRow>({
  name: 'organizations',
  columns: {
    ...row,
    name: text,
    defaultRoutingStrategy: optionalText,
    payloadCapture: text,
    budgets: json,
    managedCaps: json,
    defaultPrice: optionalJson,
  },
});

export const credits = new EntitySchema<CreditRow>({
  name: 'credits',
  columns: {
    id,
    organizationId: text,
    amountUsd: { type: 'numeric' },
    reference: text,
    note: optionalText,
    createdAt,
  },
});

export const projects = new EntitySchema<ProjectRow>({
  name: 'projects',
  columns: {
    ...row,
    organizationId: text,
    name: text,
    defaultRoutingStrategy: optionalText,
    payloadCapture: optionalText,
    budgets: json,
    defaultPrice: optionalJson,
  },
});

export const secrets = new EntitySchema<SecretRow>({
  name: 'secrets',
  columns: { ...row, projectId: text, name: text, sealed: json },
});

export const aiProviders = new EntitySchema<AiProviderRow>({
  name: 'ai_providers',
  columns: {
    ...row,
    projectId: text,
    secretId: optionalText,
    name: text,
    provider: text,
    defaultModel: optionalText,
    baseUrl: optionalText,
    config: optionalJson,
    access: text,
    models: json,
    enabled: boolean,
  },
});

export const routes = new EntitySchema<RouteRow>({
  name: 'routes',
  columns: {
    ...row,
    projectId: text,
    name: text,
    strategy: optionalText,
    targets: json,
    allowProfileOverride: boolean,
    defaultProfile: optionalText,
    retry: json,
    timeouts: json,
    continueOnCut: boolean,
    publishedVersion: optionalInteger,
  },
});

export const routeVersions = new EntitySchema<RouteVersionRow>({
  name: 'route_versions',
  columns: { id, routeId: text, version: integer, definition: json, createdAt },
});

export const keys = new EntitySchema<KeyRow>({
  name: 'keys',
  columns: {
    ...row,
    projectId: text,
    name: text,
    routeId: optionalText,
    keyHash: text,
    keyHint: text,
    enabled: boolean,
    rateLimit: optionalInteger,
    tokenLimit: optionalInteger,
    maxConcurrency: optionalInteger,
    routingStrategy: optionalText,
    modelAllowlist: optionalJson,
    budgetMonthlyEur: optionalText,
    budgetAlertPct: { type: 'double precision', nullable: true },
    budgets: json,
    expiresAt: optionalTime,
    metadata: json,
    allowProviderKeys: boolean,
    sourceRanges: optionalJson,
    createdBy: optionalText,
    revokedAt: optionalTime,
  },
});

export const formerKeyTexts = new EntitySchema<FormerKeyTextRow>({
  name: 'former_key_texts',
  columns: {
    keyHash: { type: 'text', primary: true },
    keyId: text,
    keyHint: text,
    endsAt: { type: 'timestamptz' },
  },
});

export const exchangeRates = new EntitySchema<ExchangeRateRow>({
  name: 'exchange_rates',
  columns: {
    currency: { type: 'text', primary: true },
    usdPerUnit: text,
    source: text,
    asOf: optionalTime,
    updatedAt,
  },
});

export const TABLES = [
  organizations,
  credits,
  projects,
  secrets,
  aiProviders,
  routes,
  routeVersions,
  keys,
  formerKeyTexts,
  exchangeRates,
  webhooks,
  webhookEvents,
  webhookDeliveries,
];
