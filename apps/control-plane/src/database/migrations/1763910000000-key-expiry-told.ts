import type { MigrationInterface, QueryRunner } from 'typeorm';

export class KeyExpiryTold1763910000000 implements MigrationInterface {
  readonly name = 'KeyExpiryTold1763910000000';

  /** The time of expiry that webhooks were told of. */
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE control_plane.keys ADD COLUMN expiry_told_for timestamptz`);
    await runner.query(
      `CREATE INDEX keys_by_expiry ON control_plane.keys (expires_at)
       WHERE expires_at IS NOT NULL AND revoked_at IS NULL`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP INDEX control_plane.keys_by_expiry`);
    await runner.query(`ALTER TABLE control_plane.keys DROP COLUMN expiry_told_for`);
  }
}
