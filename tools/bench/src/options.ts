import { parseArgs } from 'node:util';

export type LoadKind = 'unary' | 'streamed';

export interface BenchOptions {
  readonly connections: readonly number[];
  readonly kinds: readonly LoadKind[];
  readonly systems: readonly string[];
  readonly durationMs: number;
  readonly warmUpMs: number;
  /** Where the figures are written as JSON; not at all when left out. */
  readonly output: string | undefined;
  /** Minutes of steady load with the memory watched, instead of the comparison; 0 for the comparison. */
  readonly soakMinutes: number;
  /** That many keys, a tenth of them active, instead of the comparison; 0 for the comparison. */
  readonly keys: number;
  /** A key with six quotas beside one with one, instead of the comparison. */
  readonly quotas: boolean;
}

export const SYSTEM_NAMES = [
  'floor',
  'hop',
  'standalone',
  'translated',
  'distributed',
  'portkey',
] as const;

/** Reads the command line; everything has a default. */
export function readBenchOptions(args: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      connections: { type: 'string', default: '1,8,64' },
      kinds: { type: 'string', default: 'unary,streamed' },
      systems: { type: 'string', default: SYSTEM_NAMES.join(',') },
      seconds: { type: 'string', default: '5' },
      'warm-up': { type: 'string', default: '2' },
      output: { type: 'string' },
      soak: { type: 'string', default: '0' },
      keys: { type: 'string', default: '0' },
      quotas: { type: 'boolean', default: false },
    },
  });
  return {
    connections: values.connections.split(',').map(Number),
    kinds: values.kinds.split(',').filter((kind) => kind === 'unary' || kind === 'streamed'),
    systems: values.systems.split(','),
    durationMs: Number(values.seconds) * 1000,
    warmUpMs: Number(values['warm-up']) * 1000,
    output: values.output,
    soakMinutes: Number(values.soak),
    keys: Number(values.keys),
    quotas: values.quotas,
  };
}
