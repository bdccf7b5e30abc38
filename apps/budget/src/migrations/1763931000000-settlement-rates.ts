import type { MigrationInterface, QueryRunner } from 'typeorm';
import { SETTLEMENT_RATES, STAMP_FORMER } from './sql/settlement-rates.ts';

/** Settlements say at which rates they were booked. */
export class SettlementRates1763931000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(SETTLEMENT_RATES);
    await runner.query(STAMP_FORMER);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop trigger settlement_rates on budget.settlement');
    await runner.query('drop function budget.stamp_rates');
    await runner.query('drop table budget.settlement_rate');
  }
}
