/*
 * Node's own errors are told by their fields, not by `instanceof Error`: inside a test runner's
 * sandbox they come from another realm.
 */

/** The code of a system error such as ENOENT; undefined for anything else. */
export function errorCode(error: unknown): string | undefined {
  const code = field(error, 'code');
  return typeof code === 'string' ? code : undefined;
}

/** The message of an error, with the cause where the error itself only says that it failed. */
export function errorMessage(error: unknown): string {
  const own = field(error, 'message');
  const message = typeof own === 'string' ? own : String(error);
  const cause = field(error, 'cause');
  return cause === undefined ? message : `${message}: ${errorMessage(cause)}`;
}

function field(error: unknown, name: string): unknown {
  return typeof error === 'object' && error !== null ? Reflect.get(error, name) : undefined;
}
