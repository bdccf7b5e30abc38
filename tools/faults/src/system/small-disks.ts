import fs from 'node:fs';
import path from 'node:path';
import { spawnSync } from 'node:child_process';

/** Folders of a home that lie on a small file system of their own, and how much it holds, MiB. */
export const DISKS = { nats: 256, postgres: 768, clickhouse: 768, spool: 64 } as const;
export type DiskName = keyof typeof DISKS;

const BALLAST = '.ballast';
const CHUNK = Buffer.alloc(64 * 1024);
const TOP_UP_MS = 50;

/**
 * Fills a disk to the last byte, and frees it again. What others give back meanwhile is taken as well.
 * The disk is a real file system (tmpfs with a size), so that writers get a real ENOSPC.
 */
export class SmallDisk {
  private topUp: NodeJS.Timeout | undefined;
  private readonly file: string;

  constructor(folder: string) {
    this.file = path.join(folder, BALLAST);
  }

  fill(): void {
    this.grow();
    this.topUp = setInterval(() => this.grow(), TOP_UP_MS);
  }

  free(): void {
    clearInterval(this.topUp);
    fs.rmSync(this.file, { force: true });
  }

  private grow(): void {
    const descriptor = fs.openSync(this.file, 'a');
    try {
      for (let size = CHUNK.length; size >= 512; size = size / 2) writeAll(descriptor, size);
    } finally {
      fs.closeSync(descriptor);
    }
  }
}

/** Writes blocks of that size until none fits any more. */
function writeAll(descriptor: number, size: number): void {
  try {
    for (;;) fs.writeSync(descriptor, CHUNK, 0, size);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
  }
}

/** Set for a process that sees the small disks of this home. */
export const DISKS_VARIABLE = 'TOLLGATE_FAULTS_DISKS';

export const hasSmallDisks = (home: string): boolean => process.env[DISKS_VARIABLE] === home;

/**
 * The command that runs a program within mounts of its own, where the folders lie on small disks; undefined where that is
 * impossible. Such mounts vanish with the last process that sees them, and need no privilege where the kernel lets users have
 * namespaces.
 */
export function withSmallDisks(
  home: string,
  program: readonly string[],
): readonly string[] | undefined {
  for (const name of Object.keys(DISKS)) fs.mkdirSync(path.join(home, name), { recursive: true });
  const [command = '', ...args] = wrap(home, ['true']);
  if (spawnSync(command, args, { stdio: 'ignore' }).status !== 0) return undefined;
  return wrap(home, program);
}

function wrap(home: string, program: readonly string[]): readonly string[] {
  const isRoot = process.getuid?.() === 0;
  // Whoever is not root becomes it for the mounts alone, and then itself again: Postgres refuses root.
  const outer = isRoot ? ['--mount'] : ['--user', '--map-root-user', '--mount'];
  const itself = [`--map-user=${process.getuid?.()}`, `--map-group=${process.getgid?.()}`];
  const inner = isRoot ? [] : ['unshare', '--user', ...itself];
  const shell = ['/bin/sh', '-c', mountScript(), 'mount', home];
  return ['unshare', ...outer, '--propagation', 'private', ...shell, ...inner, ...program];
}

/** Mounts the disks below the home that comes first, then becomes the program that follows. */
function mountScript(): string {
  const mounts = Object.entries(DISKS).map(
    ([name, size]) => `mount -t tmpfs -o size=${size}m,mode=0711 tollgate-${name} "$home/${name}"`,
  );
  return `home="$1"; shift; ${mounts.join(' && ')} && exec "$@"`;
}
