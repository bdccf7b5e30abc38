import type { MigrationInterface, QueryRunner } from 'typeorm';
import { ALERTS, OPEN_WINDOWS_WITH_ALERTS, TAKE_GRANTS_WITH_ALERTS } from './sql/alerts.ts';
import { OPEN_WINDOWS } from './sql/platform-access.ts';
import { TAKE_GRANTS } from './sql/take-grants.ts';

/** Thresholds of windows, each told of once. */
export class Alerts1763900000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const sql of [ALERTS, TAKE_GRANTS_WITH_ALERTS, OPEN_WINDOWS_WITH_ALERTS]) {
      await runner.query(sql);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const sql of [TAKE_GRANTS, OPEN_WINDOWS]) await runner.query(sql);
    for (const trigger of ['alerts_1_arrange', 'alerts_1_rearrange', 'alerts_2_raise']) {
      await runner.query(`drop trigger ${trigger} on budget.quota_window`);
    }
    await runner.query(
      'drop function budget.arrange_alerts, budget.raise_alerts, budget.next_alert',
    );
    await runner.query('drop table budget.quota_alert');
    await runner.query(
      'alter table budget.quota_window drop column alert_pct, drop column next_alert',
    );
  }
}
