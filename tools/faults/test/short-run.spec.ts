import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const ROOT = path.resolve(process.cwd(), '..', '..');
const SUITE = path.join(ROOT, 'tools', 'faults', 'src', 'main.ts');
const FLAGS = ['--conditions=@tollgate/source', '--disable-warning=ExperimentalWarning'];

interface Run {
  readonly code: number | null;
  readonly output: string;
}

/** Runs the suite with its data below a folder, and waits for its end. */
async function run(folder: string, args: readonly string[]): Promise<Run> {
  const child = spawn(process.execPath, [...FLAGS, SUITE, '--small', ...args], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, TMPDIR: folder },
  });
  let output = '';
  child.stdout.on('data', (bytes) => {
    output += String(bytes);
  });
  const [code] = await once(child, 'exit');
  return { code, output };
}

/** Processes whose command line or environment names the folder. */
function processesOf(folder: string): readonly string[] {
  return fs
    .readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => {
      try {
        const read = (file: string) => fs.readFileSync(`/proc/${pid}/${file}`, 'latin1');
        return read('cmdline').includes(folder) || read('environ').includes(folder);
      } catch {
        return false;
      }
    });
}

describe('a short run of the fault suite', () => {
  let folder: string;
  beforeAll(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'tollgate-short-'));
    fs.chmodSync(folder, 0o711);
  });
  afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

  it('passes beside another one, and leaves no process and no file behind', async () => {
    const [cycles, scenario] = await Promise.all([
      run(folder, ['--seed', '4', '--cycles', '3', '--scenario', 'none', '--fault', 'kill']),
      run(folder, ['--cycles', '0', '--scenario', 'last-unit']),
    ]);
    expect(cycles.output).toMatch(/^case +1 .* ok$/m);
    expect(cycles.output).toMatch(/^4 of 4 passed, 0 failed; seed 4, \d+ s$/m);
    expect(scenario.output).toMatch(/^scenario last-unit .* ok$/m);
    expect([cycles.code, scenario.code]).toEqual([0, 0]);
    expect(processesOf(folder)).toEqual([]);
    expect(fs.readdirSync(folder)).toEqual([]);
  }, 180_000);

  it('names what is wrong with its options, and ends with 2', async () => {
    expect(await run(folder, ['--fault', 'flood'])).toEqual({ code: 2, output: '' });
  });
});
