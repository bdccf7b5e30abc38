import { bootService } from '@tollgate/boot';
import { loadSettings } from '@tollgate/env';
import { runReplay } from './replay-dead-letters.ts';
import { startTraceIngest } from './start-trace-ingest.ts';
import { traceIngestSettings } from './trace-ingest.config.ts';

if (process.argv[2] === 'replay-dead-letters') {
  await runReplay(process.env);
  process.exit(0);
}

await bootService({
  service: 'trace-ingest',
  settings: loadSettings(traceIngestSettings, process.env),
  start: startTraceIngest,
});
