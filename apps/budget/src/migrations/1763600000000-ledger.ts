import type { MigrationInterface, QueryRunner } from 'typeorm';
import { END_GRANTS } from './sql/end-grants.ts';
import { SETTLE } from './sql/settle.ts';
import { IMMUTABILITY, TABLES } from './sql/tables.ts';
import { TAKE_GRANTS } from './sql/take-grants.ts';

/** Windows, grants, settlements, the ledger, and the statements that move money between them. */
export class Ledger1763600000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const sql of [TABLES, IMMUTABILITY, TAKE_GRANTS, END_GRANTS, SETTLE]) {
      await runner.query(sql);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      'drop table budget.ledger_entry, budget.settlement, budget.budget_grant, budget.quota_window',
    );
    await runner.query(`
      drop function budget.refuse_change, budget.open_windows, budget.change_limits, budget.take_grants,
        budget.release_windows, budget.return_grant, budget.expire_grants, budget.stamp_grants, budget.close_grants,
        budget.settle`);
  }
}
