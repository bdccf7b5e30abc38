import { z } from 'zod';
import { logLevel, port, urlOf, wholeNumber } from './fields.ts';

/** What every service reads, to be spread into its own settings. */
export const serviceSettings = {
  NATS_URL: urlOf('nats', 'tls'),
  /** The address that HTTP is served on. */
  TOLLGATE_HOST: z.string().default('127.0.0.1'),
  TOLLGATE_LOG_LEVEL: logLevel.default('info'),
  /** Probes and metrics are served there; by no port of their own when left out. */
  TOLLGATE_PROBE_PORT: port.optional(),
  /** Where records are kept until JetStream has them. */
  TOLLGATE_SPOOL_DIR: z.string().default('.tollgate/spool'),
  /** Copies of each stream and of the configuration; more than one needs a NATS cluster of that size. */
  TOLLGATE_STREAM_REPLICAS: wholeNumber(1, 5).default(1),
  /** When an answer may end: once its record is in the local journal, or only once JetStream has acknowledged it. */
  TOLLGATE_RECORD_CONFIRMATION: z.enum(['journal', 'stream']).default('journal'),
  OTEL_EXPORTER_OTLP_ENDPOINT: urlOf('http', 'https').optional(),
} as const;

export type ServiceSettings = z.infer<z.ZodObject<typeof serviceSettings>>;
