import { DURATIONS, type Fault, MATRIX, type Victim, VICTIMS } from './fault-matrix.ts';
import { randomFrom, shuffled, wholeBetween } from './random.ts';

/** One cycle: what is done to whom, and when. */
export interface FaultCase {
  /** From 1. */
  readonly number: number;
  readonly victim: Victim;
  /** Which of its instances, as a number to be taken modulo how many there are. */
  readonly instance: number;
  readonly fault: Fault;
  /** From when traffic flows until the fault, milliseconds. */
  readonly afterMs: number;
  readonly durationMs: number;
}

export interface ScheduleOptions {
  readonly seed: number;
  readonly cycles: number;
  /** Missing: all. */
  readonly victims?: readonly Victim[];
  readonly faults?: readonly Fault[];
}

const LONGEST_PRELUDE_MS = 800;

/** The same cases for the same seed and filters. Every pair of victim and fault comes once before one comes again. */
export function planCases(options: ScheduleOptions): readonly FaultCase[] {
  const random = randomFrom(options.seed);
  const pairs = pairsOf(options);
  if (pairs.length === 0) throw new RangeError('no victim has such a fault');
  const cases: FaultCase[] = [];
  while (cases.length < options.cycles) {
    for (const { victim, fault } of shuffled(random, pairs)) {
      if (cases.length === options.cycles) break;
      const [shortest, longest] = DURATIONS[fault];
      cases.push({
        number: cases.length + 1,
        victim,
        fault,
        instance: wholeBetween(random, 0, 11),
        afterMs: wholeBetween(random, 0, LONGEST_PRELUDE_MS),
        durationMs: wholeBetween(random, shortest, longest),
      });
    }
  }
  return cases;
}

function pairsOf({ victims = VICTIMS, faults }: ScheduleOptions) {
  return victims.flatMap((victim) =>
    MATRIX[victim]
      .filter((fault: Fault) => faults?.includes(fault) ?? true)
      .map((fault) => ({ victim, fault })),
  );
}
