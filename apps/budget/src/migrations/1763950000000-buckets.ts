import type { MigrationInterface, QueryRunner } from 'typeorm';
import { OPEN_WINDOWS_WITH_ALERTS } from './sql/alerts.ts';
import { BUCKETS } from './sql/buckets.ts';
import { COUNTED_COLUMNS, OPEN_WINDOWS } from './sql/counted.ts';
import { END_GRANTS } from './sql/end-grants.ts';
import { END_GRANTS_OF_BUCKETS } from './sql/end-grants-of-buckets.ts';
import { SETTLE_BY_ACCESS } from './sql/settle-by-access.ts';
import { SETTLE_BY_PART, SETTLE_WITHOUT_TIME, USED_OF } from './sql/settle-by-part.ts';
import { CHANGE_LIMITS, TAKE_GRANTS_OF_BUCKETS } from './sql/take-grants-of-buckets.ts';

const UP = [
  COUNTED_COLUMNS,
  BUCKETS,
  OPEN_WINDOWS,
  CHANGE_LIMITS,
  TAKE_GRANTS_OF_BUCKETS,
  END_GRANTS_OF_BUCKETS,
  USED_OF,
  SETTLE_BY_PART,
  SETTLE_WITHOUT_TIME,
];

const DOWN = `
do $$ declare f regprocedure; begin
  for f in select oid from pg_proc where pronamespace = 'budget'::regnamespace and (
    (proname = 'settle' and pronargs = 29) or (proname = 'take_grants' and pronargs = 6)
    or (proname = 'close_grants' and pronargs = 3) or (proname = 'release_windows' and pronargs = 6)
    or proname in ('used_of', 'move_bucket', 'bucket_room', 'bucket_level'))
  loop execute 'drop function ' || f; end loop;
end $$;
delete from budget.quota_window where (bucket).second is not null;
alter table budget.quota_window drop column bucket, drop column counts_by, drop column counts_tag, drop column counts_value;
alter table budget.budget_grant drop column bucket_ends;
drop type budget.bucket;
`;

/** Requests and tokens a minute as buckets; quotas of end users, tags, providers and models. */
export class Buckets1763950000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const sql of UP) await runner.query(sql);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(DOWN);
    for (const sql of [OPEN_WINDOWS_WITH_ALERTS, END_GRANTS, SETTLE_BY_ACCESS])
      await runner.query(sql);
  }
}
