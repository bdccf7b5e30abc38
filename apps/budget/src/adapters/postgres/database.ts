import { LedgerRejectedError, LedgerUnavailableError } from '../../application/ledger.ts';
import pg from 'pg';

export interface DatabaseOptions {
  readonly url: string;
  readonly connections: number;
  /** Longest wait for a connection; milliseconds. */
  readonly connectTimeoutMs: number;
  /** Longest time for one statement; the server gives it up then, and so do we. Milliseconds. */
  readonly statementTimeoutMs: number;
  readonly onError: (error: Error) => void;
}

/** While Postgres is away nobody waits for it: it is tried again after this. */
const REST_MS = 250;
const TRIES = 4;
/** A new connection costs more than an idle one. */
const IDLE_MS = 300_000;
/** Connection trouble, too few resources, shutdown, IO: the server's fault, not the statement's. */
const SERVER_TROUBLE = /^(08|53|57|58|25006|XX)/;
/** Deadlock, failed serialization, lock not available. */
const CONTENTION = new Set(['40P01', '40001', '55P03']);

/** A bounded pool that says at once when Postgres is away, and tells that apart from a statement it refuses. */
export class Database {
  private readonly pool: pg.Pool;
  private restUntil = 0;
  private up = false;

  constructor(private readonly options: DatabaseOptions) {
    this.pool = new pg.Pool({
      connectionString: options.url,
      max: options.connections,
      connectionTimeoutMillis: options.connectTimeoutMs,
      statement_timeout: options.statementTimeoutMs,
      query_timeout: options.statementTimeoutMs + 500,
      idleTimeoutMillis: IDLE_MS,
      application_name: 'tollgate-budget',
      keepAlive: true,
    });
    this.pool.on('error', (error) => this.options.onError(error));
  }

  /** Whether the last statement found Postgres there. */
  isUp(): boolean {
    return this.up;
  }

  /**
   * Runs one statement in a transaction of its own; deadlocks are tried again.
   * @throws LedgerUnavailableError, LedgerRejectedError
   */
  async query<Row extends pg.QueryResultRow>(
    text: string,
    values: readonly unknown[],
  ): Promise<Row[]> {
    if (Date.now() < this.restUntil) throw new LedgerUnavailableError('Postgres was away just now');
    for (let attempt = 1; ; attempt++) {
      try {
        const result = await this.pool.query<Row>(text, [...values]);
        this.up = true;
        return result.rows;
      } catch (error) {
        if (isContention(error) && attempt < TRIES) continue;
        throw this.translate(error);
      }
    }
  }

  async stop(): Promise<void> {
    await this.pool.end();
  }

  private translate(error: unknown): Error {
    const message = error instanceof Error ? error.message : String(error);
    if (error instanceof pg.DatabaseError && !SERVER_TROUBLE.test(error.code ?? '')) {
      return isContention(error)
        ? new LedgerUnavailableError(message, { cause: error })
        : new LedgerRejectedError(message, { cause: error });
    }
    this.up = false;
    this.restUntil = Date.now() + REST_MS;
    return new LedgerUnavailableError(message, { cause: error });
  }
}

function isContention(error: unknown): boolean {
  return error instanceof pg.DatabaseError && CONTENTION.has(error.code ?? '');
}
