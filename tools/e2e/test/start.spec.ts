import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { startSystem } from '../src/index.ts';
import { ROOT } from './in-both-modes.ts';

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

describe.each(['standalone', 'distributed'] as const)('the start command, %s', (mode) => {
  it('prints a curl that answers, writes dev.json, and leaves nothing behind', async () => {
    const system = await startSystem({ mode, root: ROOT });
    const facts = system.facts();
    const printed = system.output();
    const curl = printed.slice(printed.indexOf('curl '), printed.indexOf('Ctrl-C stops')).trim();
    const answer = JSON.parse(execFileSync('sh', ['-c', `${curl} --silent`], { encoding: 'utf8' }));
    expect(answer.choices[0].message.content.length).toBeGreaterThan(0);
    expect(facts).toMatchObject({
      mode,
      gatewayUrl: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
    });
    const expected =
      mode === 'standalone'
        ? ['standalone']
        : ['gateway', 'routing', 'budget', 'provider-adapter', 'trace-ingest', 'control-plane'];
    expect(Object.keys(facts.pids)).toEqual(
      expect.arrayContaining([...expected, 'nats', 'postgres', 'clickhouse', 'simulator']),
    );
    expect(await system.stop()).toBe(0);
    expect(Object.entries(facts.pids).filter(([, pid]) => isAlive(pid))).toEqual([]);
    expect(existsSync(path.join(system.home, 'dev.json'))).toBe(false);
  });
});
