import { serviceSettings, urlOf, wholeNumber } from '@tollgate/env';
import { z } from 'zod';

/** Trace-ingest's settings, by the environment variables that hold them. */
export const traceIngestSettings = z.object({
  ...serviceSettings,
  /** `http[s]://user:password@host:port/database` */
  CLICKHOUSE_URL: urlOf('http', 'https'),
  /** How long records are kept. */
  TOLLGATE_RETENTION_MONTHS: wholeNumber(1, 120).default(13),
  /** The longest that a record waits for others to be stored with, milliseconds. */
  TOLLGATE_INGEST_FLUSH_MS: wholeNumber(10, 10_000).default(500),
});
export type TraceIngestSettings = z.infer<typeof traceIngestSettings>;
