import { choosePort } from './free-port.ts';
import { StartFailure } from './managed-process.ts';

const addressInUse = /address already in use|EADDRINUSE|could not bind/i;
const attempts = 5;

/**
 * Starts a server on the preferred port or a free one. Between choosing a port and binding it
 * somebody else may take it: then another port is tried.
 */
export async function startOnFreePort<T>(
  preferredPort: number,
  start: (port: number) => Promise<T>,
): Promise<{ readonly port: number; readonly started: T }> {
  for (let attempt = 1; ; attempt += 1) {
    const port = await choosePort(attempt === 1 ? preferredPort : 0);
    try {
      return { port, started: await start(port) };
    } catch (error) {
      if (attempt === attempts || !isAddressInUse(error)) throw error;
    }
  }
}

/** True for a start that failed because its port was taken. */
export function isAddressInUse(error: unknown): boolean {
  return error instanceof StartFailure && addressInUse.test(error.output);
}
