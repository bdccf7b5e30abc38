import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import path from 'node:path';
import { removeStackHome, type Stack, startStack } from '../src/index.ts';
import { eventually, freePorts, isAlive, temporaryHome } from './support.ts';

const main = path.join(__dirname, '..', 'src', 'main.ts');

describe('the stack as a command', () => {
  const homes: string[] = [];
  const launched: ChildProcess[] = [];

  afterAll(async () => {
    for (const child of launched) child.kill('SIGKILL');
    for (const home of homes) removeStackHome(home);
  });

  it('prints its URLs on one line and stops when its input ends', async () => {
    const { child, urls, pids } = await launch(['nats', 'postgres', 'clickhouse']);
    expect(Object.keys(urls)).toEqual(['natsUrl', 'postgresUrl', 'clickhouseUrl']);
    expect(pids.length).toBeGreaterThanOrEqual(3);
    child.stdin?.end();
    expect(await exitCode(child)).toBe(0);
    expect(pids.filter(isAlive)).toEqual([]);
  }, 60_000);

  it('stops on SIGTERM', async () => {
    const { child, pids } = await launch(['nats']);
    child.kill('SIGTERM');
    expect(await exitCode(child)).toBe(0);
    expect(pids.filter(isAlive)).toEqual([]);
  }, 60_000);

  it('leaves no server behind when it is killed, and the next start uses the same home', async () => {
    const { child, pids, home } = await launch(['nats', 'postgres', 'clickhouse']);
    expect(pids.filter(isAlive)).toEqual(pids);
    child.kill('SIGKILL');
    await exitCode(child);
    const next: Stack = await startStack({ home, ports: freePorts });
    try {
      expect(pids.filter(isAlive)).toEqual([]);
      expect(Object.keys(next.pids).sort()).toEqual(['clickhouse', 'nats', 'postgres']);
    } finally {
      await next.stop();
    }
  }, 60_000);

  it('stops the servers of a killed launcher although nobody starts again', async () => {
    const { child, pids } = await launch(['nats', 'postgres', 'clickhouse']);
    child.kill('SIGKILL');
    await eventually(() => !pids.some(isAlive), 20_000);
    expect(pids.filter(isAlive)).toEqual([]);
  }, 60_000);

  async function launch(only: readonly string[]) {
    const home = temporaryHome();
    homes.push(home);
    const args = ['--conditions=@tollgate/source', main, '--home', home, '--only', only.join(',')];
    const child = spawn(process.execPath, [...args, '--any-port'], {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...process.env, NODE_OPTIONS: '' },
    });
    launched.push(child);
    const lines = createInterface({ input: child.stdout });
    const first = await new Promise<string>((resolve, reject) => {
      lines.once('line', resolve);
      child.once('exit', (code) => reject(new Error(`launcher ended (${code})`)));
    });
    const { pids, ...urls }: { pids: Record<string, number> } = JSON.parse(first);
    return { child, urls, pids: Object.values(pids), home };
  }

  function exitCode(child: ChildProcess): Promise<number | null> {
    if (child.exitCode !== null || child.signalCode) return Promise.resolve(child.exitCode);
    return new Promise((resolve) => child.once('exit', resolve));
  }
});
