import type { MigrationInterface, QueryRunner } from 'typeorm';

const ROW = `
  id text PRIMARY KEY,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()`;

const TABLES = [
  `CREATE TABLE control_plane.organizations (${ROW},
    name text NOT NULL UNIQUE,
    default_routing_strategy text,
    payload_capture text NOT NULL,
    budgets jsonb NOT NULL)`,
  `CREATE TABLE control_plane.projects (${ROW},
    organization_id text NOT NULL REFERENCES control_plane.organizations,
    name text NOT NULL,
    default_routing_strategy text,
    payload_capture text,
    budgets jsonb NOT NULL,
    UNIQUE (organization_id, name))`,
  `CREATE TABLE control_plane.secrets (${ROW},
    project_id text NOT NULL REFERENCES control_plane.projects,
    name text NOT NULL,
    sealed jsonb NOT NULL,
    UNIQUE (project_id, name))`,
  `CREATE TABLE control_plane.ai_providers (${ROW},
    project_id text NOT NULL REFERENCES control_plane.projects,
    secret_id text REFERENCES control_plane.secrets,
    name text NOT NULL,
    provider text NOT NULL,
    default_model text,
    base_url text,
    config jsonb,
    access text NOT NULL,
    models jsonb NOT NULL,
    enabled boolean NOT NULL,
    UNIQUE (project_id, name))`,
  `CREATE INDEX ON control_plane.ai_providers (secret_id)`,
  `CREATE TABLE control_plane.routes (${ROW},
    project_id text NOT NULL REFERENCES control_plane.projects,
    name text NOT NULL,
    strategy text,
    targets jsonb NOT NULL,
    allow_profile_override boolean NOT NULL,
    default_profile text,
    retry jsonb NOT NULL,
    timeouts jsonb NOT NULL,
    published_version integer,
    UNIQUE (project_id, name))`,
  `CREATE TABLE control_plane.route_versions (
    id text PRIMARY KEY,
    route_id text NOT NULL REFERENCES control_plane.routes ON DELETE CASCADE,
    version integer NOT NULL,
    definition jsonb NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (route_id, version))`,
  `CREATE TABLE control_plane.keys (${ROW},
    project_id text NOT NULL REFERENCES control_plane.projects,
    name text NOT NULL,
    route_id text REFERENCES control_plane.routes,
    key_hash text NOT NULL UNIQUE,
    key_hint text NOT NULL,
    enabled boolean NOT NULL,
    rate_limit integer,
    token_limit integer,
    max_concurrency integer,
    routing_strategy text,
    model_allowlist jsonb,
    budget_monthly_eur text,
    budget_alert_pct double precision,
    budgets jsonb NOT NULL,
    expires_at timestamptz,
    metadata jsonb NOT NULL,
    revoked_at timestamptz)`,
  `CREATE INDEX ON control_plane.keys (project_id, id)`,
  `CREATE INDEX ON control_plane.keys (route_id)`,
  `CREATE TABLE control_plane.exchange_rates (
    currency text PRIMARY KEY,
    usd_per_unit text NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now())`,
  `CREATE TABLE control_plane.admin_tokens (
    singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
    token_hash text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now())`,
  `CREATE TABLE control_plane.config_revision (
    singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
    revision bigint NOT NULL)`,
  `INSERT INTO control_plane.config_revision (revision) VALUES (0)`,
  `CREATE TABLE control_plane.outbox (
    revision bigint PRIMARY KEY,
    touched jsonb NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    published_at timestamptz)`,
  `CREATE INDEX ON control_plane.outbox (revision) WHERE published_at IS NULL`,
];

export class InitialTables1763600000000 implements MigrationInterface {
  readonly name = 'InitialTables1763600000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const table of TABLES) await runner.query(table);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP SCHEMA control_plane CASCADE');
  }
}
