import { runCommand } from '@tollgate/boot';
import { type Environment, loadSettings } from '@tollgate/env';
import { replayDeadLetters } from './application/replay.ts';
import { traceIngestSettings } from './trace-ingest.config.ts';

/** Replays what is parked right now and says how much it was. Needs NATS alone. */
export async function runReplay(environment: Environment): Promise<void> {
  await runCommand({
    service: 'trace-ingest',
    settings: loadSettings(traceIngestSettings.omit({ CLICKHOUSE_URL: true }), environment),
    run: async ({ messaging, telemetry }) => {
      const report = await replayDeadLetters(messaging.consumers, messaging.publisher);
      telemetry.log.info(report, 'dead letters were replayed');
    },
  });
}
