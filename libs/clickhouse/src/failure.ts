import { ClickHouseError } from '@clickhouse/client';

/**
 * What to make of a failed statement: `unreachable` (no server, or one that does not answer), `overloaded` (it asks to be
 * left alone for now), `bad_data` (rows that it cannot store, now or later), `rejected` (anything else: a missing table,
 * a wrong statement, a wrong password).
 */
export type FailureKind = 'unreachable' | 'overloaded' | 'bad_data' | 'rejected';

/** A statement that failed. `code` is ClickHouse's number, absent when no server answered. */
export class ClickHouseFailure extends Error {
  override readonly name = 'ClickHouseFailure';
  readonly kind: FailureKind;
  readonly code: number | undefined;

  constructor(kind: FailureKind, code: number | undefined, message: string, cause: unknown) {
    super(message, { cause });
    this.kind = kind;
    this.code = code;
  }
}

/** Rows that do not parse, do not fit their column, or break a constraint. */
const BAD_DATA: ReadonlySet<number> = new Set([
  6, 25, 26, 27, 33, 38, 41, 53, 69, 70, 72, 117, 131, 321, 349, 407, 441, 469, 636, 676, 686,
]);

/** Timeouts, memory, too many queries or parts, read-only tables, shutting down. */
const OVERLOADED: ReadonlySet<number> = new Set([
  159, 160, 164, 202, 203, 209, 210, 236, 241, 242, 243, 252, 319, 394, 425, 745, 999,
]);

/** Translates what the client throws. */
export function toFailure(thrown: unknown): ClickHouseFailure {
  if (thrown instanceof ClickHouseFailure) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  if (!(thrown instanceof ClickHouseError))
    return new ClickHouseFailure('unreachable', undefined, message, thrown);
  const code = Number(thrown.code);
  return new ClickHouseFailure(kindOf(code), code, `${thrown.type ?? code}: ${message}`, thrown);
}

function kindOf(code: number): FailureKind {
  if (BAD_DATA.has(code)) return 'bad_data';
  return OVERLOADED.has(code) ? 'overloaded' : 'rejected';
}
