import type { MigrationInterface, QueryRunner } from 'typeorm';

const STATEMENTS = [
  'ALTER TABLE control_plane.organizations ADD COLUMN default_price jsonb',
  'ALTER TABLE control_plane.projects ADD COLUMN default_price jsonb',
  `ALTER TABLE control_plane.exchange_rates
     ADD COLUMN source text NOT NULL DEFAULT 'operator' CHECK (source IN ('operator', 'feed')),
     ADD COLUMN as_of timestamptz`,
  `CREATE TABLE control_plane.exchange_rate_feed (
     id boolean PRIMARY KEY DEFAULT true CHECK (id),
     url text NOT NULL,
     next_at timestamptz NOT NULL,
     checked_at timestamptz,
     succeeded_at timestamptz,
     problem text)`,
];

/** Prices for models that have none, and a feed of exchange rates: one row, which control planes take turns at. */
export class DefaultPricesAndRateFeed1763930000000 implements MigrationInterface {
  readonly name = 'DefaultPricesAndRateFeed1763930000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of STATEMENTS) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE control_plane.exchange_rate_feed');
    await runner.query(
      'ALTER TABLE control_plane.exchange_rates DROP COLUMN source, DROP COLUMN as_of',
    );
    await runner.query('ALTER TABLE control_plane.projects DROP COLUMN default_price');
    await runner.query('ALTER TABLE control_plane.organizations DROP COLUMN default_price');
  }
}
