import { requestRecord } from '@tollgate/contracts';
import { parseJson } from './record-line.ts';

const MOST_PROBLEMS = 5;

/** Why a line is no record: fields and what is wrong with them, without their values. Undefined when it is one. */
export function explainLine(text: string): string | undefined {
  const parsed = parseJson(text);
  if (parsed === undefined) return 'is not JSON';
  const result = requestRecord.safeParse(parsed);
  if (result.success) return undefined;
  const problems = result.error.issues
    .slice(0, MOST_PROBLEMS)
    .map((issue) => `${issue.path.join('.') || 'record'}: ${issue.code}`);
  return `is no record (${problems.join(', ')})`;
}
