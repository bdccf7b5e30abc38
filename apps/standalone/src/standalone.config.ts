import { budgetSettings } from '@tollgate/budget';
import { controlPlaneSettings } from '@tollgate/control-plane';
import { gatewaySettings } from '@tollgate/gateway';
import { providerAdapterSettings } from '@tollgate/provider-adapter';
import { routingSettings } from '@tollgate/routing';
import { traceIngestSettings } from '@tollgate/trace-ingest';
import { z } from 'zod';

/** The settings of all services together: each keeps its own schema. */
export const standaloneSettings = z.object({
  ...routingSettings.shape,
  ...budgetSettings.shape,
  ...traceIngestSettings.shape,
  ...providerAdapterSettings.shape,
  ...controlPlaneSettings.shape,
  ...gatewaySettings.shape,
});
export type StandaloneSettings = z.infer<typeof standaloneSettings>;
