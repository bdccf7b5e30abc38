import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { run } from '../../process/run.ts';

const timeoutMs = 60_000;

/**
 * Takes the distribution's package (Debian, Ubuntu) and unpacks it without installing it, so that
 * no privilege is needed. APT checks the signatures. Without usable package lists on the machine
 * a private copy of them is fetched.
 */
export async function fetchFromApt(folder: string): Promise<string> {
  await run('apt-get', ['--version'], { timeoutMs }).catch(() => {
    throw new Error('this system has no apt-get');
  });
  try {
    await downloadPackage(folder, []);
  } catch {
    const lists = privateLists(folder);
    await run('apt-get', [...lists, 'update'], { timeoutMs, cwd: folder });
    await downloadPackage(folder, lists);
  }
  const archive = fs.readdirSync(folder).find((name) => name.endsWith('.deb'));
  if (archive === undefined) throw new Error('apt-get left no package behind');
  await run('dpkg', ['-x', archive, 'unpacked'], { timeoutMs, cwd: folder });
  return path.join(folder, 'unpacked', 'usr', 'sbin', 'nats-server');
}

async function downloadPackage(folder: string, options: readonly string[]): Promise<void> {
  await run('apt-get', [...options, 'download', 'nats-server'], { timeoutMs, cwd: folder });
}

/** APT options that keep all of its state below a folder of ours, usable by any user. */
function privateLists(folder: string): string[] {
  const state = path.join(folder, 'apt', 'state');
  const cache = path.join(folder, 'apt', 'cache');
  fs.mkdirSync(path.join(state, 'lists', 'partial'), { recursive: true });
  fs.mkdirSync(path.join(cache, 'archives', 'partial'), { recursive: true });
  return [
    ['Dir::State', state],
    ['Dir::State::status', '/var/lib/dpkg/status'],
    ['Dir::Cache', cache],
    ['APT::Sandbox::User', os.userInfo().username],
  ].flatMap(([name, value]) => ['-o', `${name}=${value}`]);
}
