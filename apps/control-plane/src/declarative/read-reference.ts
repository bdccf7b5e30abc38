import { unprocessable } from '../http/problem.ts';
import type { Application } from './apply-config-file.ts';

/** Where a text is found that never stands in the file itself. */
export interface Reference {
  readonly fromEnv?: string | undefined;
  readonly fromFile?: string | undefined;
}

/**
 * The text that one of the two names.
 * @param fields how the file calls them
 * @throws Problem 422 at the field that leads nowhere
 */
export async function readReference(
  application: Pick<Application, 'environment' | 'readText'>,
  { fromEnv, fromFile = '' }: Reference,
  fields = { fromEnv: 'fromEnv', fromFile: 'fromFile' },
): Promise<string> {
  if (fromEnv !== undefined) {
    const value = application.environment[fromEnv];
    if (value) return value;
    throw unprocessable(fields.fromEnv, `the environment variable ${fromEnv} is not set`);
  }
  const text = await application.readText(fromFile).catch(() => '');
  if (text.trim() !== '') return text.trim();
  throw unprocessable(fields.fromFile, `the file ${fromFile} is missing, empty, or cannot be read`);
}
