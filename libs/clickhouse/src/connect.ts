import { Readable } from 'node:stream';
import {
  ClickHouseLogLevel,
  type ClickHouseSettings,
  createClient,
  type ClickHouseClient,
} from '@clickhouse/client';
import { toFailure } from './failure.ts';

export interface ConnectOptions {
  /** `http[s]://user:password@host:port/database` */
  readonly url: string;
  /** Shown in `system.query_log`. */
  readonly application: string;
  /** Most statements at once; the rest wait. Default 8. */
  readonly maxConnections?: number;
  /** After that a statement counts as unanswered. Default 25 s. */
  readonly timeoutMs?: number;
}

export interface RunOptions {
  /** Values of the statement's `{name: Type}` placeholders. A value never becomes part of the statement's text. */
  readonly params?: Readonly<Record<string, unknown>>;
  readonly settings?: ClickHouseSettings;
  readonly signal?: AbortSignal;
}

export interface InsertLines {
  /** Written by us, never by a caller. */
  readonly table: string;
  readonly columns: readonly [string, ...string[]];
  /** One JSON object a line. */
  readonly lines: Uint8Array;
  /** The same token with the same lines is stored once, roll-ups by materialised views included. */
  readonly token: string;
}

/** One server and database. Everything that fails is thrown as a `ClickHouseFailure`. */
export interface ClickHouse {
  readonly database: string;
  query<Row>(sql: string, options?: RunOptions): Promise<readonly Row[]>;
  /** Runs a statement that answers nothing. */
  command(sql: string, options?: RunOptions): Promise<void>;
  /** Stores JSON text as it is, as one block: all of it or nothing. */
  insertLines(insert: InsertLines, options?: RunOptions): Promise<void>;
  /** Whether the server answers and lets us in. */
  ping(): Promise<boolean>;
  /** Makes the database where it is missing. */
  ensureDatabase(): Promise<void>;
  close(): Promise<void>;
}

/** The server is there, the database is not yet. */
const UNKNOWN_DATABASE = 81;

/** Numbers of 64 bits come as JSON numbers (ours stay below 2^53), decimals as text: exact. */
const QUERY_SETTINGS: ClickHouseSettings = {
  output_format_json_quote_64bit_integers: 0,
  output_format_json_quote_decimals: 1,
};

/** One block an insert, deduplicated by its token down to the last roll-up. */
const INSERT_SETTINGS: ClickHouseSettings = {
  async_insert: 0,
  wait_end_of_query: 1,
  insert_deduplicate: 1,
  deduplicate_blocks_in_dependent_materialized_views: 1,
  input_format_parallel_parsing: 0,
  input_format_skip_unknown_fields: 1,
  input_format_null_as_default: 1,
  input_format_json_ignore_unknown_keys_in_named_tuple: 1,
  input_format_json_defaults_for_missing_elements_in_named_tuple: 1,
};

/** Connects lazily: the first statement opens the first connection. */
export function connectClickHouse(options: ConnectOptions): ClickHouse {
  const clientOptions = {
    application: options.application,
    max_open_connections: options.maxConnections ?? 8,
    request_timeout: options.timeoutMs ?? 25_000,
    // Failures are thrown; whoever catches one logs it, once.
    log: { level: ClickHouseLogLevel.OFF },
  };
  const client = createClient({ ...clientOptions, url: options.url });
  const database = decodeURIComponent(new URL(options.url).pathname.slice(1)) || 'default';
  return {
    database,
    query: (sql, run = {}) => query(client, sql, run),
    command: async (sql, run = {}) => {
      await translated(client.command({ query: sql, ...common(run, {}) }));
    },
    insertLines: (insert, run = {}) => insertLines(client, insert, run),
    ping: async () => {
      const answer = await client.ping({ select: true });
      return answer.success || toFailure(answer.error).code === UNKNOWN_DATABASE;
    },
    ensureDatabase: async () => {
      const url = new URL(options.url);
      url.pathname = '';
      const outside = createClient({ ...clientOptions, url });
      try {
        await translated(
          outside.command({
            query: 'CREATE DATABASE IF NOT EXISTS {name: Identifier}',
            query_params: { name: database },
          }),
        );
      } finally {
        await outside.close();
      }
    },
    close: () => client.close(),
  };
}

async function query<Row>(
  client: ClickHouseClient,
  sql: string,
  run: RunOptions,
): Promise<readonly Row[]> {
  const result = await translated(
    client.query({ query: sql, format: 'JSONEachRow', ...common(run, QUERY_SETTINGS) }),
  );
  // The statement and the type of its rows stand side by side at the caller.
  return translated(result.json<Row>());
}

async function insertLines(
  client: ClickHouseClient,
  insert: InsertLines,
  run: RunOptions,
): Promise<void> {
  const columns = insert.columns.map((column) => `\`${column}\``).join(', ');
  const { stream } = await translated(
    client.exec({
      query: `INSERT INTO ${insert.table} (${columns}) FORMAT JSONEachRow`,
      values: Readable.from([insert.lines], { objectMode: false }),
      ...common(run, { ...INSERT_SETTINGS, insert_deduplication_token: insert.token }),
    }),
  );
  await translated(stream.resume().toArray());
}

function common(run: RunOptions, settings: ClickHouseSettings) {
  return {
    clickhouse_settings: { ...settings, ...run.settings },
    ...(run.params ? { query_params: { ...run.params } } : {}),
    ...(run.signal ? { abort_signal: run.signal } : {}),
  };
}

async function translated<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (thrown) {
    throw toFailure(thrown);
  }
}
