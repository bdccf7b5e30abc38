import type { ProviderConnection } from './provider.ts';

/** The connection as it reaches that model: one that serves several vendors' models speaks each one's own wire. */
export function connectionFor(connection: ProviderConnection, model: string): ProviderConnection {
  return connection.forModel?.(model) ?? connection;
}
