import type { RequestProfile } from '@tollgate/dialects';

/** Whether the client gets its answer while it is made: streams, and sound, which is played as it comes. */
export function goesOnAsItComes({ stream, operation }: RequestProfile): boolean {
  return stream || operation === 'speech';
}
