import { parseArgs } from 'node:util';
import {
  type Fault,
  FAULTS,
  isFault,
  isVictim,
  type Victim,
  VICTIMS,
} from './domain/fault-matrix.ts';
import { isScenario, SCENARIOS, type ScenarioName } from './scenarios/scenario-names.ts';

export interface FaultOptions {
  readonly seed: number;
  readonly cycles: number;
  readonly victims: readonly Victim[];
  readonly faults: readonly Fault[];
  readonly scenarios: readonly ScenarioName[];
  /** Fewer instances, so that it fits into the ordinary tests. */
  readonly isSmall: boolean;
}

export class UsageError extends Error {}

const USAGE = `usage: npm run test:faults -- [--cycles 210] [--seed 1] [--victim a,b] [--fault a,b] [--scenario a,b|none] [--small]
victims: ${VICTIMS.join(', ')}
faults: ${FAULTS.join(', ')}
scenarios: ${SCENARIOS.join(', ')}`;

/** Reads the command line; everything has a default. Names filter: without one, all are taken. */
export function readOptions(args: readonly string[]): FaultOptions {
  const { values } = parse(args);
  return {
    seed: wholeNumber('seed', values.seed),
    cycles: wholeNumber('cycles', values.cycles),
    victims: names('victim', values.victim, isVictim) ?? VICTIMS,
    faults: names('fault', values.fault, isFault) ?? FAULTS,
    scenarios:
      values.scenario === 'none'
        ? []
        : (names('scenario', values.scenario, isScenario) ?? SCENARIOS),
    isSmall: values.small,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        seed: { type: 'string', default: '1' },
        cycles: { type: 'string', default: '210' },
        victim: { type: 'string' },
        fault: { type: 'string' },
        scenario: { type: 'string' },
        small: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
  }
}

function wholeNumber(name: string, text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new UsageError(`--${name} must be a whole number\n${USAGE}`);
  return Number(text);
}

function names<T extends string>(
  option: string,
  text: string | undefined,
  isName: (one: string) => one is T,
): readonly T[] | undefined {
  if (text === undefined) return undefined;
  const given = text.split(',');
  const known = given.filter(isName);
  if (known.length === given.length) return known;
  const unknown = given.filter((one) => !isName(one));
  throw new UsageError(`--${option}: there is no ${unknown.join(', ')}\n${USAGE}`);
}
