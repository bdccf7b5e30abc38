import { bootService } from '@tollgate/boot';
import { loadSettings } from '@tollgate/env';
import { budgetSettings } from './budget.config.ts';
import { startBudget } from './start-budget.ts';
import { describeDifferences, verifyDatabase } from './verify.ts';

if (process.argv[2] === 'verify') {
  const { POSTGRES_URL } = loadSettings(budgetSettings.pick({ POSTGRES_URL: true }), process.env);
  const differences = await verifyDatabase(POSTGRES_URL);
  for (const line of describeDifferences(differences)) console.log(line);
  process.exit(differences.length === 0 ? 0 : 1);
}

await bootService({
  service: 'budget',
  settings: loadSettings(budgetSettings, process.env),
  start: startBudget,
});
