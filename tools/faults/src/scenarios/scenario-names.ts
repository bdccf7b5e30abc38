/** Whole situations beside the single faults; see the README. */
export const SCENARIOS = ['last-unit', 'random-kills', 'postgres-away'] as const;
export type ScenarioName = (typeof SCENARIOS)[number];

export const isScenario = (text: string): text is ScenarioName =>
  (SCENARIOS as readonly string[]).includes(text);
