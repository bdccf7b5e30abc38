import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { cachedBinary, installNatsServer, parseForcedSource } from './install.ts';
import type { FetchNatsServer } from './source.ts';

describe('installNatsServer', () => {
  let cache: string;
  const lines: string[] = [];
  const log = (line: string): void => void lines.push(line);

  beforeEach(() => {
    cache = fs.mkdtempSync(path.join(os.tmpdir(), 'tollgate-cache-'));
    lines.length = 0;
  });

  afterEach(() => fs.rmSync(cache, { recursive: true, force: true }));

  const works: FetchNatsServer = async (folder) => {
    const file = path.join(folder, 'fetched');
    fs.writeFileSync(file, '#!/bin/sh\necho nats-server: v0.0.0\n', { mode: 0o755 });
    return file;
  };
  const fails =
    (reason: string): FetchNatsServer =>
    () =>
      Promise.reject(new Error(reason));

  it('takes the first source that works and leaves nothing else behind', async () => {
    const fetchers = { release: fails('no network'), apt: works, go: fails('unused') };
    const binary = await installNatsServer(cache, ['release', 'apt', 'go'], log, fetchers);
    expect(binary).toBe(cachedBinary(cache, 'apt'));
    expect(fs.readdirSync(cache)).toEqual(['nats-server-apt']);
    expect(lines[0]).toContain('no network');
  });

  it('names the reason of every source when none works', async () => {
    const fetchers = { release: fails('reason 1'), apt: fails('reason 2'), go: fails('reason 3') };
    const install = installNatsServer(cache, ['release', 'apt', 'go'], log, fetchers);
    await expect(install).rejects.toThrow(/reason 1[\s\S]*reason 2[\s\S]*reason 3/);
    expect(fs.readdirSync(cache)).toEqual([]);
  });

  it('refuses a binary that does not run', async () => {
    const broken: FetchNatsServer = async (folder) => {
      const file = path.join(folder, 'fetched');
      fs.writeFileSync(file, 'not a program', { mode: 0o755 });
      return file;
    };
    const fetchers = { release: broken, apt: broken, go: broken };
    await expect(installNatsServer(cache, ['go'], log, fetchers)).rejects.toThrow(/go: /);
  });

  it('lets two installs at once end with one working server', async () => {
    const fetchers = { release: works, apt: works, go: works };
    const install = () => installNatsServer(cache, ['apt'], log, fetchers);
    const [one, other] = await Promise.all([install(), install()]);
    expect(one).toBe(other);
    expect(fs.readdirSync(cache)).toEqual(['nats-server-apt']);
  });
});

describe('parseForcedSource', () => {
  it('knows the sources and refuses everything else', () => {
    expect(parseForcedSource('go')).toBe('go');
    expect(parseForcedSource(undefined)).toBeUndefined();
    expect(() => parseForcedSource('brew')).toThrow('release, apt, go');
  });
});
