import type { MigrationInterface, QueryRunner } from 'typeorm';

const TABLES = [
  `CREATE TABLE control_plane.webhooks (
    id text PRIMARY KEY,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    project_id text NOT NULL REFERENCES control_plane.projects,
    url text NOT NULL,
    events jsonb NOT NULL,
    enabled boolean NOT NULL,
    disabled_reason text,
    sealed jsonb NOT NULL,
    former_sealed jsonb,
    former_ends_at timestamptz)`,
  `CREATE INDEX ON control_plane.webhooks (project_id, id)`,
  `CREATE TABLE control_plane.webhook_events (
    id text PRIMARY KEY,
    created_at timestamptz NOT NULL,
    type text NOT NULL,
    body text NOT NULL)`,
  `CREATE INDEX ON control_plane.webhook_events (created_at)`,
  `CREATE TABLE control_plane.webhook_deliveries (
    id text PRIMARY KEY,
    created_at timestamptz NOT NULL,
    webhook_id text NOT NULL REFERENCES control_plane.webhooks ON DELETE CASCADE,
    event_id text NOT NULL REFERENCES control_plane.webhook_events ON DELETE CASCADE,
    event_type text NOT NULL,
    status text NOT NULL CHECK (status IN ('pending', 'delivered', 'failed')),
    attempt_count integer NOT NULL DEFAULT 0,
    step integer NOT NULL DEFAULT 0,
    next_attempt_at timestamptz NOT NULL,
    attempts jsonb NOT NULL DEFAULT '[]',
    UNIQUE (event_id, webhook_id))`,
  `CREATE INDEX ON control_plane.webhook_deliveries (webhook_id, id)`,
  `CREATE INDEX ON control_plane.webhook_deliveries (webhook_id, next_attempt_at) WHERE status = 'pending'`,
];

export class Webhooks1763900000000 implements MigrationInterface {
  readonly name = 'Webhooks1763900000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const table of TABLES) await runner.query(table);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['webhook_deliveries', 'webhook_events', 'webhooks']) {
      await runner.query(`DROP TABLE control_plane.${table}`);
    }
  }
}
