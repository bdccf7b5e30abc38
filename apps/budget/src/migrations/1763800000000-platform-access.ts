import type { MigrationInterface, QueryRunner } from 'typeorm';
import { OPEN_WINDOWS, PLATFORM_COLUMNS } from './sql/platform-access.ts';
import { SETTLE_BEFORE, SETTLE_BY_ACCESS } from './sql/settle-by-access.ts';
import { SETTLE } from './sql/settle.ts';
import { TAKE_GRANTS } from './sql/take-grants.ts';

/** Both of them: one name, two lists of arguments. */
const DROP_SETTLE = `
do $$ declare f regprocedure; begin
  for f in select oid from pg_proc where pronamespace = 'budget'::regnamespace and proname = 'settle' loop
    execute 'drop function ' || f;
  end loop;
end $$`;

/** Quotas on what connections of the operator's do, settled apart from what a project's own do. */
export class PlatformAccess1763800000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const sql of [PLATFORM_COLUMNS, OPEN_WINDOWS, SETTLE_BY_ACCESS, SETTLE_BEFORE]) {
      await runner.query(sql);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(DROP_SETTLE);
    for (const sql of [TAKE_GRANTS, SETTLE]) await runner.query(sql);
    await runner.query('alter table budget.quota_window drop column access');
    await runner.query(
      `alter table budget.settlement drop column platform_cost, drop column platform_tokens,
         drop column platform_requests`,
    );
  }
}
