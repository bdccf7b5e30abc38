import { OPERATION_CODECS } from '@tollgate/dialects';
import { connectionFor } from '@tollgate/providers';
import { connect, type Target, TARGETS } from './matrix.ts';

const DIALECTS = Object.keys(OPERATION_CODECS) as (keyof typeof OPERATION_CODECS)[];

export type Way = 'passes through' | 'translated' | '–';

/** How an operation that is no conversation reaches a provider. */
export function wayOf(dialect: (typeof DIALECTS)[number], target: Target): Way {
  const connection = connectionFor(connect(target), target.model);
  if (connection.dialects.has(dialect)) return 'passes through';
  const { operation } = OPERATION_CODECS[dialect];
  return connection.operations?.[operation] ? 'translated' : '–';
}

/** One table: a row for each dialect. */
export function renderOperations(): string {
  const rows = DIALECTS.map((dialect) => [
    `\`${dialect}\``,
    ...TARGETS.map((target) => wayOf(dialect, target)),
  ]);
  const head = ['', ...TARGETS.map(({ name }) => name)];
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
