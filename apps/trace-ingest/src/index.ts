export { type ReplayReport, replayDeadLetters } from './application/replay.ts';
export { startTraceIngest, type TraceIngestStart } from './start-trace-ingest.ts';
export { type TraceIngestSettings, traceIngestSettings } from './trace-ingest.config.ts';
export { TraceIngestModule } from './trace-ingest.module.ts';
