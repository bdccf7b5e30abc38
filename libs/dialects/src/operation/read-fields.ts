import { fail, failure, type Failure, type Result } from '@tollgate/contracts';
import { type FieldProblem, isAbsent } from '../chat/fields.ts';

export type Fields = Readonly<Record<string, unknown>>;

/** Printable ASCII: the name stands in answer headers. */
const MODEL = /^[\x20-\x7e]{1,256}$/;
export const LONGEST_USER = 512;

export function invalid({ param, message }: FieldProblem): Result<never, Failure> {
  return fail(failure('request.validation_error', { param, message }));
}

export function checkModel({ model }: Fields): FieldProblem | null {
  if (isAbsent(model) || (typeof model === 'string' && MODEL.test(model))) return null;
  const message = '"model" must be a string of 1 to 256 printable ASCII characters.';
  return { param: 'model', message };
}

export function checkText(body: Fields, param: string): FieldProblem | null {
  const value = body[param];
  if (typeof value === 'string' && value !== '') return null;
  return { param, message: `"${param}" must be a non-empty string.` };
}

export function checkBoolean(body: Fields, param: string): FieldProblem | null {
  const value = body[param];
  if (isAbsent(value) || typeof value === 'boolean') return null;
  return { param, message: `"${param}" must be true or false.` };
}

/** The text that a field holds; undefined where it holds none. */
export function textOf(body: Fields, name: string): string | undefined {
  const value = body[name];
  return typeof value === 'string' ? value : undefined;
}

export function numberOf(body: Fields, name: string): number | undefined {
  const value = body[name];
  return typeof value === 'number' ? value : undefined;
}

/** What a codec has no meaning for: every field that is not null and not among the known ones. */
export function othersOf(body: Fields, known: ReadonlySet<string>): Fields {
  return Object.fromEntries(
    Object.entries(body).filter(([name, value]) => !known.has(name) && !isAbsent(value)),
  );
}
