import type { ClickHouseFailure } from '@tollgate/clickhouse';
import type { RecordLine } from '../domain/record-line.ts';

/** What was stored last. */
export interface StoredLately {
  /** The latest last. */
  readonly ids: readonly string[];
  /** The highest place in the stream among them; 0 when there is none. */
  readonly highestSequence: number;
}

/** Where records end. Methods throw a `ClickHouseFailure`. */
export interface RecordStore {
  /** Brings the schema up to date. May be called again. */
  prepare(): Promise<void>;
  /** Stores all rows or none; the same rows under the same token once. */
  insert(rows: readonly RecordLine[], token: string): Promise<void>;
  /** The ids of those rows that are stored already. */
  findStored(rows: readonly RecordLine[]): Promise<ReadonlySet<string>>;
  storedLately(most: number): Promise<StoredLately>;
}

/** What is counted. */
export interface IngestObserver {
  /** Rows that are stored now, in one insert. */
  stored(rows: readonly RecordLine[], seconds: number): void;
  repeated(lines: number): void;
  dead(lines: number): void;
  /** The store failed and will be tried again. */
  held(failure: ClickHouseFailure): void;
}
