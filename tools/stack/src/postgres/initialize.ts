import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { stackDatabase, stackUser } from '../credentials.ts';
import type { PostgresBinaries } from './binaries.ts';
import type { SystemUser } from './system-user.ts';

const initializeTimeoutMs = 60_000;
const freshPrefix = 'new-';

/**
 * Creates the data folder with the user and the database, unless it exists. The folder appears by
 * a rename at the end: a start that is interrupted leaves nothing half made.
 */
export async function initializeOnce(
  dataFolder: string,
  password: string,
  binaries: PostgresBinaries,
  user: SystemUser | undefined,
): Promise<void> {
  if (fs.existsSync(path.join(dataFolder, 'PG_VERSION'))) return;
  const parent = path.dirname(dataFolder);
  removeAbandoned(parent);
  const fresh = path.join(parent, `${freshPrefix}${randomUUID()}`);
  const passwordFile = path.join(parent, '.password');
  fs.writeFileSync(passwordFile, password, { mode: 0o600 });
  if (user) fs.chownSync(passwordFile, user.uid, user.gid);
  try {
    const encoding = ['--encoding=UTF8', '--locale=C', '--auth=scram-sha-256'];
    const owner = [`--username=${stackUser}`, `--pwfile=${passwordFile}`];
    await run(binaries.initdb, ['-D', fresh, ...encoding, ...owner, '--no-instructions'], user);
    const singleUser = ['--single', '-D', fresh, '-c', 'log_checkpoints=off', 'postgres'];
    await run(binaries.postgres, singleUser, user, `CREATE DATABASE ${stackDatabase}\n`);
  } finally {
    fs.rmSync(passwordFile, { force: true });
  }
  fs.renameSync(fresh, dataFolder);
}

/** What starts that were cut off have left; one may still be writing, so each has its own name. */
function removeAbandoned(parent: string): void {
  for (const name of fs.readdirSync(parent)) {
    if (name.startsWith(freshPrefix)) {
      fs.rmSync(path.join(parent, name), { recursive: true, force: true });
    }
  }
}

/** Runs a program to its end; rejects with what it wrote if it fails. */
function run(
  command: string,
  args: readonly string[],
  user: SystemUser | undefined,
  input = '',
): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, [...args], {
      ...(user ? { uid: user.uid, gid: user.gid } : {}),
      env: { ...process.env, LC_ALL: 'C' },
      cwd: '/',
      stdio: ['pipe', 'pipe', 'pipe'],
      timeout: initializeTimeoutMs,
    });
    let output = '';
    const collect = (chunk: Buffer): void => {
      output = (output + chunk.toString('utf8')).slice(-4_000);
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`${path.basename(command)} failed (${code}): ${output.trim()}`));
    });
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
  });
}
