import type { ServiceName } from '@tollgate/contracts';
import type { ServiceSettings } from '@tollgate/env';
import { connectMessaging, type Messaging, type MessagingOptions } from '@tollgate/messaging';
import {
  createTelemetry,
  type RunningService,
  runUntilSignal,
  type Telemetry,
} from '@tollgate/telemetry';
import { drainTimes } from './drain-times.ts';

/** What all services read, and the grace period of those that have one. */
export type BootSettings = ServiceSettings & { readonly TOLLGATE_DRAIN_MS?: number };

/** What a service is started with. */
export interface ServiceParts<S> {
  readonly settings: S;
  readonly messaging: Messaging;
  readonly telemetry: Telemetry;
}

export interface BootOptions<S extends BootSettings, R extends RunningService> {
  readonly service: ServiceName | 'standalone';
  readonly settings: S;
  readonly start: (parts: ServiceParts<S>) => Promise<R>;
  /** What the ready line says besides; the service's address by default. */
  readonly facts?: (running: R) => Readonly<Record<string, unknown>>;
}

/** Runs a service as this process: starts it, says that it is ready, and stops it on SIGTERM or SIGINT. */
export async function bootService<S extends BootSettings, R extends RunningService>(
  options: BootOptions<S, R>,
): Promise<void> {
  const { service, settings, facts = ({ url }: R) => ({ url }) } = options;
  const { running, telemetry, stop } = await startProcess(options);
  telemetry.log.info(facts(running), `${service} is ready`);
  runUntilSignal(stop, telemetry.log, drainTimes(settings.TOLLGATE_DRAIN_MS).processMs);
}

export interface CommandOptions<S extends BootSettings> {
  readonly service: ServiceName;
  readonly settings: S;
  readonly run: (parts: ServiceParts<S>) => Promise<void>;
}

/** Does one thing on the bus in a service's name, and leaves. */
export async function runCommand<S extends BootSettings>(
  options: CommandOptions<S>,
): Promise<void> {
  const { service, settings, run } = options;
  const start = async (parts: ServiceParts<S>): Promise<RunningService> => {
    await run(parts);
    return { stop: () => Promise.resolve() };
  };
  const { stop } = await startProcess({ service, settings, start });
  await stop();
}

export interface StartedProcess<R> {
  readonly running: R;
  readonly telemetry: Telemetry;
  /** Stops in reverse: the service, the bus, the telemetry. */
  stop(): Promise<void>;
}

/** Starts the service on its own telemetry and bus; both end when it cannot start. */
export async function startProcess<S extends BootSettings, R extends RunningService>({
  service,
  settings,
  start,
}: BootOptions<S, R>): Promise<StartedProcess<R>> {
  const telemetry = await createTelemetry({
    service,
    level: settings.TOLLGATE_LOG_LEVEL,
    otlpEndpoint: settings.OTEL_EXPORTER_OTLP_ENDPOINT,
  });
  const opened: { close(): Promise<void> }[] = [{ close: () => telemetry.stop() }];
  const stop = async (): Promise<void> => {
    for (const one of opened.toReversed()) await one.close();
  };
  try {
    const messaging = await connectMessaging({
      ...messagingSettings(settings),
      service,
      log: telemetry.log,
    });
    opened.push(messaging);
    const running = await start({ settings, messaging, telemetry });
    opened.push({ close: () => running.stop() });
    return { running, telemetry, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

export function messagingSettings(
  settings: BootSettings,
): Omit<MessagingOptions, 'service' | 'log'> {
  return {
    natsUrl: settings.NATS_URL,
    spoolDir: settings.TOLLGATE_SPOOL_DIR,
    drainMs: drainTimes(settings.TOLLGATE_DRAIN_MS).busMs,
    streams: { replicas: settings.TOLLGATE_STREAM_REPLICAS },
    confirm: settings.TOLLGATE_RECORD_CONFIRMATION,
  };
}
