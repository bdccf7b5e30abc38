import type { LogReader, Requests } from './logs/log-reader.ts';
import { untilQuiet } from './quiet.ts';
import { scenarioResult, type ScenarioResult } from './scenarios/scenario-result.ts';

/** All cycles once more, at the end of the run: what came late, after a cycle was found good, is found here. */
export async function auditAll(
  reader: LogReader,
  cycles: readonly Requests[],
): Promise<ScenarioResult> {
  const clients = cycles.flatMap((one) => one.clients);
  const keyIds = cycles.flatMap((one) => one.keyIds);
  const since = cycles[0]?.since ?? 0;
  const quiet = await untilQuiet(reader, { clients, keyIds, since, besides: true });
  const summary = `${clients.length} requests of ${cycles.length} cycles, ${quiet.settled} settled`;
  return scenarioResult('audit', summary, quiet.findings);
}
