export { createLogger, type Logger, type LoggerOptions, redactText } from './logger.ts';
export { NestLogger } from './nest-logger.ts';
export {
  failingChecks,
  type ProbeOptions,
  type Probes,
  type ReadinessChecks,
  startProbes,
} from './probes.ts';
export { runUntilSignal } from './run-until-signal.ts';
export { type FinishedSpan, type SpanSource } from './otlp.ts';
export {
  createTelemetry,
  Registry,
  type RunningService,
  type Telemetry,
  type TelemetryOptions,
} from './telemetry.ts';
