import type { ServiceName } from '@tollgate/contracts';

/** Where answers to an instance arrive. Built from server-made names alone: `[a-z0-9_-]`. */
export function inboxPrefix(service: ServiceName | 'standalone', instanceId: string): string {
  return `tollgate.inbox.${service}.${instanceId}`;
}

/** Where a call is cancelled whose taker has not answered yet. The header names the call by its reply subject. */
export function cancelSubject(service: ServiceName): string {
  return `tollgate.cancel.${service}.v1`;
}
