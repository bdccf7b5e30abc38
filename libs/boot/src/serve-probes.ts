import type { ServiceSettings } from '@tollgate/env';
import {
  type Probes,
  type ReadinessChecks,
  startProbes,
  type Telemetry,
} from '@tollgate/telemetry';

export interface ProbedProcess {
  readonly settings: Pick<ServiceSettings, 'TOLLGATE_PROBE_PORT' | 'TOLLGATE_HOST'>;
  readonly telemetry: Pick<Telemetry, 'metrics'>;
}

/** Serves probes and metrics where the settings name a port; undefined where they name none. */
export async function serveProbes(
  { settings, telemetry }: ProbedProcess,
  checks: ReadinessChecks,
): Promise<Probes | undefined> {
  const { TOLLGATE_PROBE_PORT: port, TOLLGATE_HOST: host } = settings;
  return port === undefined
    ? undefined
    : startProbes({ port, host, metrics: telemetry.metrics, checks });
}
