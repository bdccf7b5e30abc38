import type { MigrationInterface, QueryRunner } from 'typeorm';
import { HOLD_SLOTS, SLOT_TABLES } from './sql/slots.ts';

/** Slots of calls that are open at once, leased to gateways. */
export class Slots1763940000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const sql of [SLOT_TABLES, HOLD_SLOTS]) await runner.query(sql);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop function budget.hold_slots, budget.free_slots, budget.fair_level');
    await runner.query('drop table budget.slot_lease, budget.slot_quota');
  }
}
