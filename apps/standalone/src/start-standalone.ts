import { startBudget } from '@tollgate/budget';
import { startControlPlane } from '@tollgate/control-plane';
import { startGateway } from '@tollgate/gateway';
import type { Environment } from '@tollgate/env';
import type { Messaging } from '@tollgate/messaging';
import { startProviderAdapter } from '@tollgate/provider-adapter';
import { startRouting } from '@tollgate/routing';
import type { RunningService, Telemetry } from '@tollgate/telemetry';
import { startTraceIngest } from '@tollgate/trace-ingest';
import type { StandaloneSettings } from './standalone.config.ts';

export interface StandaloneStart {
  readonly settings: StandaloneSettings;
  readonly messaging: Messaging;
  readonly telemetry: Telemetry;
  /** What `fromEnv` in a `tollgate.yaml` reads. */
  readonly environment: Environment;
}

export interface Standalone extends RunningService {
  readonly gatewayUrl: string;
  readonly controlPlaneUrl: string;
  /** Stops the way requests go: the gateway first, so that what is under way can finish. */
  stop(): Promise<void>;
}

/** Starts every service in this process on one connection to the bus. The gateway comes last, when all that it asks is there. */
export async function startStandalone(start: StandaloneStart): Promise<Standalone> {
  const { settings, messaging, telemetry, environment } = start;
  // One set of probes for the process, the gateway's.
  const parts = {
    settings: { ...settings, TOLLGATE_PROBE_PORT: undefined },
    messaging,
    telemetry,
  };
  const started: RunningService[] = [];
  const stop = async (): Promise<void> => {
    for (const service of started.toReversed()) await service.stop();
  };
  try {
    const behind = await Promise.allSettled([
      startTraceIngest(parts),
      startBudget(parts),
      startRouting(parts),
      startProviderAdapter(parts),
    ]);
    for (const result of behind) if (result.status === 'fulfilled') started.push(result.value);
    const failed = behind.find((result) => result.status === 'rejected');
    if (failed) throw failed.reason;
    const controlPlane = await startControlPlane({ ...parts, environment });
    started.push(controlPlane);
    const gateway = await startGateway({ ...parts, settings });
    started.push(gateway);
    return { gatewayUrl: gateway.url ?? '', controlPlaneUrl: controlPlane.url ?? '', stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
