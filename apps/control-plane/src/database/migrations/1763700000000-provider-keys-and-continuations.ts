import type { MigrationInterface, QueryRunner } from 'typeorm';

export class ProviderKeysAndContinuations1763700000000 implements MigrationInterface {
  readonly name = 'ProviderKeysAndContinuations1763700000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `ALTER TABLE control_plane.keys ADD COLUMN allow_provider_keys boolean NOT NULL DEFAULT false`,
    );
    await runner.query(
      `ALTER TABLE control_plane.routes ADD COLUMN continue_on_cut boolean NOT NULL DEFAULT false`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE control_plane.routes DROP COLUMN continue_on_cut`);
    await runner.query(`ALTER TABLE control_plane.keys DROP COLUMN allow_provider_keys`);
  }
}
