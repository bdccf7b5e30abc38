import type { CycleTools } from '../cycle.ts';
import { lastUnit } from './last-unit.ts';
import { postgresAway } from './postgres-away.ts';
import { randomKills } from './random-kills.ts';
import type { ScenarioName } from './scenario-names.ts';
import type { ScenarioResult } from './scenario-result.ts';

const SCENARIOS_BY_NAME = {
  'last-unit': lastUnit,
  'random-kills': randomKills,
  'postgres-away': postgresAway,
} satisfies Record<ScenarioName, (tools: CycleTools, seed: number) => Promise<ScenarioResult>>;

export function runScenario(
  name: ScenarioName,
  tools: CycleTools,
  seed: number,
): Promise<ScenarioResult> {
  return SCENARIOS_BY_NAME[name](tools, seed);
}
