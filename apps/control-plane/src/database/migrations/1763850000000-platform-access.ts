import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Organizations that were there before go on without caps. */
const STATEMENTS = [
  `ALTER TABLE control_plane.organizations ADD COLUMN managed_caps jsonb NOT NULL
     DEFAULT '{"chat": null, "images": null, "embeddings": null}'`,
  `CREATE TABLE control_plane.credits (
     id text PRIMARY KEY,
     organization_id text NOT NULL REFERENCES control_plane.organizations,
     amount_usd numeric(30, 12) NOT NULL CHECK (amount_usd <> 0),
     reference text NOT NULL,
     note text,
     created_at timestamptz NOT NULL DEFAULT now(),
     UNIQUE (organization_id, reference))`,
  `CREATE FUNCTION control_plane.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
   BEGIN
     RAISE EXCEPTION 'rows of % are never changed', tg_table_name USING errcode = 'restrict_violation';
   END $$`,
  `CREATE TRIGGER credits_immutable BEFORE UPDATE OR DELETE ON control_plane.credits
     FOR EACH ROW EXECUTE FUNCTION control_plane.refuse_change()`,
];

export class PlatformAccess1763850000000 implements MigrationInterface {
  readonly name = 'PlatformAccess1763850000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of STATEMENTS) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE control_plane.credits');
    await runner.query('DROP FUNCTION control_plane.refuse_change');
    await runner.query('ALTER TABLE control_plane.organizations DROP COLUMN managed_caps');
  }
}
