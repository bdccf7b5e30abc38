import { parseArgs } from 'node:util';

export interface BenchOptions {
  readonly connections: readonly number[];
  readonly kinds: readonly ('unary' | 'streamed')[];
  readonly systems: readonly string[];
  readonly durationMs: number;
  readonly warmUpMs: number;
  /** Where the figures are written as JSON; not at all when left out. */
  readonly output: string | undefined;
}

export const SYSTEM_NAMES = ['floor', 'standalone', 'distributed', 'portkey'] as const;

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
    },
  });
  return {
    connections: values.connections.split(',').map(Number),
    kinds: values.kinds.split(',').filter((kind) => kind === 'unary' || kind === 'streamed'),
    systems: values.systems.split(','),
    durationMs: Number(values.seconds) * 1000,
    warmUpMs: Number(values['warm-up']) * 1000,
    output: values.output,
  };
}
