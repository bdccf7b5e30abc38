import { QueryFailedError } from 'typeorm';
import { conflict, Problem, unavailable } from '../http/problem.ts';

/** Connection, shutdown, too many connections, and limits on time: https://www.postgresql.org/docs/current/errcodes-appendix.html */
const OUTAGE = /^(08...|57P..|53...|57014|55P03|25P03|40P01)$/;
const UNREACHABLE = new Set(['ECONNREFUSED', 'ECONNRESET', 'ETIMEDOUT', 'EPIPE', 'ENOTFOUND']);
/** What `pg` says without a code. */
const LOST =
  /Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|Query read timeout|not queryable|Driver not Connected|ECONNREFUSED/i;

/** What an error of Postgres means to the caller; undefined when it is none, or a bug. */
export function databaseProblem(error: unknown): Problem | undefined {
  const cause: unknown = error instanceof QueryFailedError ? error.driverError : error;
  if (!(cause instanceof Error)) return undefined;
  const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : '';
  if (code === '23505') return conflict('There is one with that name already.');
  if (code === '23503') return conflict('It is in use, or refers to something that was deleted.');
  if (OUTAGE.test(code) || UNREACHABLE.has(code) || LOST.test(cause.message)) {
    return unavailable('The database cannot be reached right now. Try again soon.');
  }
  return undefined;
}
