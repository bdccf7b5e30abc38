import { budgetSettings } from '@tollgate/budget';
import type { ServiceName } from '@tollgate/contracts';
import { controlPlaneSettings } from '@tollgate/control-plane';
import { gatewaySettings } from '@tollgate/gateway';
import { providerAdapterSettings } from '@tollgate/provider-adapter';
import { routingSettings } from '@tollgate/routing';
import { traceIngestSettings } from '@tollgate/trace-ingest';
import type { z } from 'zod';

/** What each service reads from its environment. */
export const SERVICE_SETTINGS = {
  gateway: gatewaySettings,
  routing: routingSettings,
  budget: budgetSettings,
  'provider-adapter': providerAdapterSettings,
  'trace-ingest': traceIngestSettings,
  'control-plane': controlPlaneSettings,
} as const satisfies Record<ServiceName, z.ZodObject>;

export const SERVICES = Object.keys(SERVICE_SETTINGS) as readonly ServiceName[];

/** Settings that nobody but the service and its operator may know. */
export const SECRET_SETTINGS: ReadonlySet<string> = new Set([
  'NATS_URL',
  'POSTGRES_URL',
  'CLICKHOUSE_URL',
  'TOLLGATE_KEY_ENCRYPTION_KEY',
  'TOLLGATE_FORMER_KEY_ENCRYPTION_KEYS',
  'TOLLGATE_ADMIN_TOKEN',
]);

export const settingNames = (service: ServiceName): readonly string[] =>
  Object.keys(SERVICE_SETTINGS[service].shape);

/** Names of settings that the service cannot start without. */
export const requiredSettings = (service: ServiceName): readonly string[] =>
  Object.entries(SERVICE_SETTINGS[service].shape)
    .filter(([, field]) => !field.safeParse(undefined).success)
    .map(([name]) => name);
