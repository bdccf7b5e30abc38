import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { until } from './until.ts';

const project = path.resolve(__dirname, '..');
const folder = path.join(project, 'dist', `peer-${process.pid}`);
const bundler = path.resolve(project, '../../node_modules/rolldown/bin/cli.mjs');

/** Builds the peer, in a folder of this worker's own, for the tests of a file. */
export function usePeers(): void {
  beforeAll(() => {
    const command = [bundler, '-c', 'test/rolldown.peer.mjs', '--dir', folder];
    execFileSync(process.execPath, command, { cwd: project, stdio: 'pipe' });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
}

export interface Peer {
  /** What it wrote, by line. */
  lines(): string[];
  /** Kills it as the kernel does when memory runs out: nothing is flushed. */
  kill(): Promise<void>;
}

/** Starts a peer and waits until it is ready. */
export async function startPeer(role: string, natsUrl: string, spoolDir: string): Promise<Peer> {
  const child: ChildProcess = spawn(
    process.execPath,
    [path.join(folder, 'peer.js'), role, natsUrl, spoolDir],
    { cwd: project, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  let output = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  await until('the peer to be ready', () => output.includes('ready\n'));
  return {
    lines: () => output.split('\n').slice(1, -1),
    kill: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
