import path from 'node:path';
import { ESLint } from 'eslint';

/*
 * Imports that must be refused, and one that must pass: proof that the boundaries are switched on. Runs as an Nx target, so
 * that the rule sees a fresh project graph.
 */

const root = path.resolve(import.meta.dirname, '..', '..', '..', '..');

interface Probe {
  readonly file: string;
  readonly code: string;
  /** The rule that must speak; null when none may. */
  readonly rule: string | null;
}

const BOUNDARIES = '@nx/enforce-module-boundaries';

const probes: readonly Probe[] = [
  { file: 'apps/routing/src/main.ts', code: "import '@tollgate/budget';", rule: BOUNDARIES },
  { file: 'libs/contracts/src/index.ts', code: "import '@tollgate/messaging';", rule: BOUNDARIES },
  { file: 'libs/pricing/src/index.ts', code: "import '@tollgate/telemetry';", rule: BOUNDARIES },
  { file: 'libs/messaging/src/index.ts', code: "import '@tollgate/gateway';", rule: BOUNDARIES },
  {
    file: 'apps/gateway/src/main.ts',
    code: "import '@nats-io/transport-node';",
    rule: 'no-restricted-imports',
  },
  {
    file: 'apps/routing/src/domain/rank.ts',
    code: "import 'node:fs';",
    rule: 'no-restricted-imports',
  },
  {
    file: 'apps/routing/src/domain/rank.ts',
    code: 'Date.now();',
    rule: 'no-restricted-properties',
  },
  { file: 'apps/routing/src/main.ts', code: "import '@tollgate/messaging';", rule: null },
];

const eslint = new ESLint({ cwd: root });
const wrong: string[] = [];
for (const { file, code, rule } of probes) {
  const [result] = await eslint.lintText(`${code}\n`, { filePath: path.join(root, file) });
  const spoke = result?.messages.map((message) => message.ruleId) ?? [];
  const isRight = rule === null ? spoke.length === 0 : spoke.includes(rule);
  if (!isRight)
    wrong.push(
      `${file}: ${code} — expected ${rule ?? 'no complaint'}, got ${spoke.join(', ') || 'none'}`,
    );
}
for (const line of wrong) process.stderr.write(`${line}\n`);
process.stdout.write(`${probes.length - wrong.length} of ${probes.length} probes as expected\n`);
process.exit(wrong.length ? 1 : 0);
