import { createHash } from 'node:crypto';
import type { ClickHouse } from './connect.ts';
import { toFailure } from './failure.ts';

/**
 * One step of a schema. ClickHouse has no transactions over DDL and no locks: each statement must do nothing when it is
 * run again (`IF NOT EXISTS`, `IF EXISTS`, `MODIFY`), so that two instances may run the same step at once.
 */
export interface Migration {
  /** Steps run in this order; a number is never used twice. */
  readonly number: number;
  readonly name: string;
  readonly statements: readonly string[];
}

/** A schema that cannot be brought up to date. */
export class MigrationError extends Error {
  override readonly name = 'MigrationError';
}

const APPLIED_TABLE = `CREATE TABLE IF NOT EXISTS schema_migrations (
  number UInt32, name String, checksum String, applied_at DateTime64(3, 'UTC') DEFAULT now64(3)
) ENGINE = ReplacingMergeTree(applied_at) ORDER BY number`;

const REPEATABLE = /\bIF\s+(NOT\s+)?EXISTS\b|\bMODIFY\b/i;

/** Two instances met on one table: the loser tries again. Exists already, alter in progress, deadlock avoided. */
const COLLISIONS: ReadonlySet<number> = new Set([57, 473, 517]);
const ATTEMPTS = 5;

/**
 * Runs the steps that were not run yet, and answers their numbers.
 * @throws MigrationError when a step differs from what was applied under its number, or could not be run twice
 * @throws ClickHouseFailure when the server fails
 */
export async function migrate(
  clickhouse: ClickHouse,
  migrations: readonly Migration[],
): Promise<readonly number[]> {
  check(migrations);
  await run(clickhouse, APPLIED_TABLE);
  const applied = await loadApplied(clickhouse);
  const done: number[] = [];
  for (const migration of migrations) {
    const checksum = checksumOf(migration);
    const former = applied.get(migration.number);
    if (former === checksum) continue;
    if (former !== undefined)
      throw new MigrationError(
        `migration ${migration.number} (${migration.name}) was changed after it had been applied`,
      );
    for (const statement of migration.statements) await run(clickhouse, statement);
    await clickhouse.command(
      'INSERT INTO schema_migrations (number, name, checksum) SELECT {number: UInt32}, {name: String}, {checksum: String}',
      { params: { number: migration.number, name: migration.name, checksum } },
    );
    done.push(migration.number);
  }
  return done;
}

function check(migrations: readonly Migration[]): void {
  migrations.forEach((migration, index) => {
    const before = migrations[index - 1];
    if (before && before.number >= migration.number)
      throw new MigrationError(`migration ${migration.number} stands out of order`);
    const once = migration.statements.find((statement) => !REPEATABLE.test(statement));
    if (once !== undefined)
      throw new MigrationError(
        `migration ${migration.number} has a statement that cannot run twice: ${once.slice(0, 80)}`,
      );
  });
}

async function loadApplied(clickhouse: ClickHouse): Promise<ReadonlyMap<number, string>> {
  const rows = await clickhouse.query<{ number: number; checksum: string }>(
    'SELECT number, checksum FROM schema_migrations FINAL',
  );
  return new Map(rows.map((row) => [row.number, row.checksum]));
}

async function run(clickhouse: ClickHouse, statement: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await clickhouse.command(statement);
    } catch (thrown) {
      const failure = toFailure(thrown);
      const isCollision = failure.code !== undefined && COLLISIONS.has(failure.code);
      if (!isCollision || attempt === ATTEMPTS) throw failure;
    }
  }
}

/** Of the statements alone, however they are indented. */
function checksumOf(migration: Migration): string {
  const text = migration.statements.map((statement) => statement.replace(/\s+/g, ' ').trim());
  return createHash('sha256').update(text.join(';')).digest('hex').slice(0, 16);
}
