import type { MigrationInterface, QueryRunner } from 'typeorm';

const CHANGES = [
  `ALTER TABLE control_plane.webhooks
    ADD COLUMN failing_since timestamptz,
    ADD COLUMN failing_told_at timestamptz`,
  // A row without "unhealthy_since" remembers when it recovered, so that old news is known as such.
  `CREATE TABLE control_plane.unhealthy_models (
    ai_provider_id text COLLATE "C" NOT NULL REFERENCES control_plane.ai_providers ON DELETE CASCADE,
    model text COLLATE "C" NOT NULL,
    unhealthy_since timestamptz,
    recovering_since timestamptz,
    changed_at timestamptz NOT NULL,
    checked_at timestamptz,
    PRIMARY KEY (ai_provider_id, model))`,
  `CREATE INDEX ON control_plane.unhealthy_models (checked_at) WHERE unhealthy_since IS NOT NULL`,
  `CREATE TABLE control_plane.failed_request_minutes (
    project_id text NOT NULL,
    minute timestamptz NOT NULL,
    told integer NOT NULL DEFAULT 0,
    omitted integer NOT NULL DEFAULT 0,
    omitted_by_code jsonb NOT NULL DEFAULT '{}',
    PRIMARY KEY (project_id, minute))`,
  `CREATE TABLE control_plane.failed_request_batches (
    digest text PRIMARY KEY,
    seen_at timestamptz NOT NULL)`,
  `CREATE INDEX ON control_plane.failed_request_batches (seen_at)`,
];

/** What is known of endpoints that fail, of models that fail, and of failed requests that were told of. */
export class WebhookSignals1763925000000 implements MigrationInterface {
  readonly name = 'WebhookSignals1763925000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const change of CHANGES) await runner.query(change);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['failed_request_batches', 'failed_request_minutes', 'unhealthy_models']) {
      await runner.query(`DROP TABLE control_plane.${table}`);
    }
    await runner.query(
      'ALTER TABLE control_plane.webhooks DROP COLUMN failing_since, DROP COLUMN failing_told_at',
    );
  }
}
