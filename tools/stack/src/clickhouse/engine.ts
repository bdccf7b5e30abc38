import { createRequire } from 'node:module';
import path from 'node:path';
import { drainPending, Session } from 'chdb';

/** Rows and bytes that an insert wrote, materialised views included (as ClickHouse counts them). */
export interface InsertSummary {
  readonly rowsWritten: number;
  readonly bytesWritten: number;
  readonly elapsed: number;
}

/** The one native call the package offers no general form of: insert any format from bytes. */
interface NativeInsert {
  InsertRawAsyncConnection(
    connection: unknown,
    prefix: string,
    data: Buffer,
    countLines: boolean,
  ): Promise<InsertSummary>;
}

/** ClickHouse's engine on one data folder. A folder belongs to one process at a time. */
export class Engine {
  readonly version: string;
  readonly #folder: string;
  readonly #root: Session;
  readonly #native: NativeInsert;

  constructor(folder: string) {
    this.#folder = folder;
    this.#native = loadNative();
    this.#root = new Session(folder);
    this.version = this.#root.query('SELECT version()', 'TabSeparated').trim();
  }

  /** A connection with settings, database and temporary tables of its own (0.1 ms). */
  connect(): EngineConnection {
    return new EngineConnection(new Session(this.#folder), this.#native);
  }

  /** Runs a short statement outside of any request. */
  run(sql: string): string {
    return this.#root.query(sql, 'TabSeparated');
  }

  /** Interrupts the statement that runs under this tag, if it still does. */
  async interrupt(tag: string): Promise<void> {
    await this.#root.queryAsync(
      `KILL QUERY WHERE Settings['log_comment'] = ${quote(tag)} ASYNC FORMAT Null`,
    );
  }

  /** Interrupts every statement that came through a tagged connection. */
  async interruptAll(): Promise<void> {
    await this.#root.queryAsync(
      "KILL QUERY WHERE Settings['log_comment'] LIKE 'http-%' ASYNC FORMAT Null",
    );
  }

  async close(): Promise<void> {
    this.#root.close();
    await drainPending();
  }
}

export class EngineConnection {
  readonly #session: Session;
  readonly #native: NativeInsert;

  constructor(session: Session, native: NativeInsert) {
    this.#session = session;
    this.#native = native;
  }

  /** Runs a short statement such as SET or USE at once. */
  run(sql: string): string {
    return this.#session.query(sql, 'TabSeparated');
  }

  query(sql: string, format: string) {
    return this.#session.queryAsync(sql, { format });
  }

  /** Runs an INSERT whose data, in whatever format it names, follows as bytes. */
  insert(statement: string, data: Buffer): Promise<InsertSummary> {
    return this.#native.InsertRawAsyncConnection(this.#session.connection, statement, data, false);
  }

  /** Yields the result in pieces as the engine makes them; leaving the loop stops the query. */
  async *stream(sql: string, format: string): AsyncGenerator<Uint8Array> {
    for await (const chunk of this.#session.queryStream(sql, { format })) yield chunk.raw();
  }

  close(): void {
    this.#session.close();
  }
}

/** A string literal of ClickHouse's SQL. */
export function quote(value: string): string {
  return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

/** The package loads its addon here; it does not export it (chdb 3.4.0). */
function loadNative(): NativeInsert {
  const require = createRequire(import.meta.url);
  const folder = path.dirname(require.resolve('chdb/package.json'));
  const loader: { loadNative(): NativeInsert } = require(path.join(folder, 'dist', 'loader.js'));
  return loader.loadNative();
}
