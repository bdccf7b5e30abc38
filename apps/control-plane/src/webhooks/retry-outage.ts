import type { Disposition, DurableMessage } from '@tollgate/messaging';
import { databaseProblem } from '../database/database-problem.ts';

const RETRY_MS = 1_000;

/** Asks for the batch again while Postgres is away. Anything else is thrown: in the end the message is set aside. */
export function retryOutage(error: unknown, batch: readonly DurableMessage[]): Disposition[] {
  if (databaseProblem(error)?.status !== 503) throw error;
  return batch.map(() => ({ kind: 'retry', afterMs: RETRY_MS }));
}
