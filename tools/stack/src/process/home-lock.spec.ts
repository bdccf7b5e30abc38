import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { HomeLock } from './home-lock.ts';

describe('HomeLock', () => {
  let home: string;
  beforeEach(() => {
    home = fs.mkdtempSync(path.join(os.tmpdir(), 'tollgate-lock-'));
  });
  afterEach(() => fs.rmSync(home, { recursive: true, force: true }));

  const file = (): string => path.join(home, 'stack.lock');

  it('refuses a second holder until the first lets go', () => {
    const lock = HomeLock.acquire(home);
    expect(() => HomeLock.acquire(home)).toThrow(String(process.pid));
    lock.release();
    HomeLock.acquire(home).release();
    expect(fs.readdirSync(home)).toEqual([]);
  });

  it('takes over from a process that is gone', () => {
    fs.writeFileSync(file(), '999999999\nlong ago\n');
    expect(() => HomeLock.acquire(home)).not.toThrow();
    expect(fs.readFileSync(file(), 'utf8')).toMatch(new RegExp(`^${process.pid}\n`));
  });

  it('takes over where the number belongs to a later process, this one included', () => {
    fs.writeFileSync(file(), `${process.pid}\nan earlier boot\n`);
    expect(() => HomeLock.acquire(home)).not.toThrow();
  });

  it('takes over from a file that holds no process', () => {
    fs.writeFileSync(file(), 'garbage');
    expect(() => HomeLock.acquire(home)).not.toThrow();
  });
});
