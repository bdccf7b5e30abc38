export { BudgetModule } from './budget.module.ts';
export { type BudgetSettings, budgetSettings } from './budget.config.ts';
export { type BudgetStart, startBudget } from './start-budget.ts';
export { type Difference } from './application/verify-ledger.ts';
export { describeDifferences, verifyDatabase } from './verify.ts';
