import { parseArgs } from 'node:util';
import { type StackOptions, type StackPart, stackParts } from './stack-options.ts';

/** Reads the command line; throws with the usage for anything it does not know. */
export function parseArguments(
  args: readonly string[],
): Pick<StackOptions, 'home' | 'only' | 'ports'> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      home: { type: 'string', default: '.tollgate' },
      only: { type: 'string' },
      'any-port': { type: 'boolean' },
    },
  });
  return {
    home: values.home,
    ...(values.only === undefined ? {} : { only: parseOnly(values.only) }),
    ...(values['any-port'] ? { ports: { nats: 0, postgres: 0, clickhouse: 0 } } : {}),
  };
}

function parseOnly(list: string): StackPart[] {
  const named = list.split(',');
  const only = stackParts.filter((part) => named.includes(part));
  if (only.length === named.length) return only;
  throw new Error(`--only takes a list of ${stackParts.join(', ')}, not ${list}`);
}
