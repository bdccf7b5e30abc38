import path from 'node:path';
import { parseArgs } from 'node:util';

export type Mode = 'standalone' | 'distributed';

export interface StartOptions {
  readonly mode: Mode;
  /** Throw the local data away first. */
  readonly fresh: boolean;
  /** Absolute path of the data folder. */
  readonly home: string;
  /** Preferred ports; 0 stands for any free one. */
  readonly gatewayPort: number;
  readonly controlPlanePort: number;
  readonly simulatorPort: number;
  /** The operator's own declarations, applied after the local one; several are separated as in PATH. */
  readonly configFile: string | undefined;
}

export class UsageError extends Error {}

/** Reads the command line and the environment; names all that is wrong at once. */
export function readOptions(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
  root: string,
): StartOptions {
  const { values } = parseFlags(args);
  const problems: string[] = [];
  const port = (name: string, usual: number): number => {
    const text = environment[name];
    if (text === undefined || text === '') return usual;
    const value = Number(text);
    if (!/^\d{1,5}$/.test(text) || value > 65_535)
      problems.push(`${name} must be a port from 0 to 65535`);
    return value;
  };
  const options: StartOptions = {
    mode: values.distributed ? 'distributed' : 'standalone',
    fresh: values.fresh ?? false,
    home: path.resolve(root, environment.TOLLGATE_HOME || '.tollgate'),
    gatewayPort: port('TOLLGATE_GATEWAY_PORT', 4000),
    controlPlanePort: port('TOLLGATE_CONTROL_PLANE_PORT', 4001),
    simulatorPort: port('TOLLGATE_SIMULATOR_PORT', 4010),
    configFile: resolveAll(root, environment.TOLLGATE_CONFIG_FILE),
  };
  if (problems.length) throw new UsageError(problems.join('\n'));
  return options;
}

function resolveAll(root: string, files: string | undefined): string | undefined {
  const named = (files ?? '').split(path.delimiter).filter((file) => file !== '');
  if (named.length === 0) return undefined;
  return named.map((file) => path.resolve(root, file)).join(path.delimiter);
}

function parseFlags(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: { distributed: { type: 'boolean' }, fresh: { type: 'boolean' } },
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError(`${reason}\nusage: npm start -- [--distributed] [--fresh]`);
  }
}
