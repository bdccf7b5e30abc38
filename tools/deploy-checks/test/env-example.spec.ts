import { readFileSync } from 'node:fs';
import path from 'node:path';
import { SERVICES, settingNames } from '../src/settings.ts';
import { root } from './root.ts';

const example = readFileSync(path.join(root, '.env.example'), 'utf8').split('\n');
const compose = readFileSync(path.join(root, 'docker-compose.yml'), 'utf8');

const listed = example
  .map((line) => /^(?:# )?([A-Z][A-Z0-9_]+)=/.exec(line)?.[1])
  .filter((name) => name !== undefined);

describe('.env.example', () => {
  it('lists every setting of every service and every variable of docker compose, once, and nothing else', () => {
    const settings = SERVICES.flatMap((name) => settingNames(name));
    const interpolated = [...compose.matchAll(/\$\{([A-Z_]+)/g)].map(([, name = '']) => name);
    expect([...listed].sort()).toEqual([...new Set([...settings, ...interpolated])].sort());
  });

  it('explains each', () => {
    const unexplained = example.filter((line, index) => {
      if (!/^(?:# )?[A-Z][A-Z0-9_]+=/.test(line)) return false;
      const before = example
        .slice(0, index)
        .findLast((other) => !/^(?:# )?[A-Z][A-Z0-9_]+=/.test(other));
      return !before?.startsWith('# ') || before.startsWith('# ---');
    });
    const selfExplaining = ['TOLLGATE_GATEWAY_PORT', 'TOLLGATE_CONTROL_PLANE_PORT'];
    expect(
      unexplained.filter((line) => !selfExplaining.some((name) => line.includes(name))),
    ).toEqual([]);
  });

  it('holds no secret', () => {
    for (const line of example) if (/^[A-Z_]+=/.test(line)) expect(line).toMatch(/^[A-Z_]+=$/);
  });
});
