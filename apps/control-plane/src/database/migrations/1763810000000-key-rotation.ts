import type { MigrationInterface, QueryRunner } from 'typeorm';

export class KeyRotation1763810000000 implements MigrationInterface {
  readonly name = 'KeyRotation1763810000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `ALTER TABLE control_plane.keys ADD COLUMN source_ranges jsonb, ADD COLUMN created_by text`,
    );
    await runner.query(`CREATE TABLE control_plane.former_key_texts (
      key_hash text PRIMARY KEY,
      key_id text NOT NULL REFERENCES control_plane.keys ON DELETE CASCADE,
      key_hint text NOT NULL,
      ends_at timestamptz NOT NULL)`);
    await runner.query(`CREATE INDEX ON control_plane.former_key_texts (key_id)`);
    await runner.query(`CREATE INDEX ON control_plane.former_key_texts (ends_at)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE control_plane.former_key_texts`);
    await runner.query(
      `ALTER TABLE control_plane.keys DROP COLUMN source_ranges, DROP COLUMN created_by`,
    );
  }
}
