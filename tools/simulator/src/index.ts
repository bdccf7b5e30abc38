export type { Behaviour } from './behaviours/behaviour.ts';
export type {
  JournalEntry,
  JournalSummary,
  ModelSummary,
  Operation,
  Outcome,
} from './journal/journal-entry.ts';
export { startSimulator, type Simulator, type SimulatorOptions } from './simulator.ts';
