import { mkdirSync, chownSync } from 'node:fs';
import path from 'node:path';
import { ManagedProcess } from '@tollgate/stack';

/** The user of the images; a process can only become it where root runs the test. */
const IMAGE_USER = { uid: 10_001, gid: 10_001 };

export interface ImageServiceOptions {
  readonly folder: string;
  readonly app: string;
  /** The Node that stands in the image. */
  readonly node: string;
  readonly port: number;
  /** All that the service sees: nothing of the test's own environment. */
  readonly environment: Readonly<Record<string, string>>;
}

/** One service as its image runs it. */
export interface ImageService {
  readonly url: string;
  /** What it logged that is no plain information. */
  problems(): readonly string[];
  /** The exit code of the image's health check. */
  healthcheck(): Promise<number | null>;
  /** SIGTERM; resolves with the exit code, null when a signal ended it. */
  stop(): Promise<number | null>;
}

/** Starts the bundle and resolves when it says that it is ready. */
export async function startImageService(options: ImageServiceOptions): Promise<ImageService> {
  const { folder, app, node, port } = options;
  const spool = path.join(folder, 'spool', app);
  mkdirSync(spool, { recursive: true });
  const user = process.getuid?.() === 0 ? IMAGE_USER : undefined;
  if (user) chownSync(spool, user.uid, user.gid);
  const problems: string[] = [];
  const env = {
    ...options.environment,
    NODE_ENV: 'production',
    TOLLGATE_HOST: '127.0.0.1',
    TOLLGATE_SPOOL_DIR: spool,
  };
  const running = await ManagedProcess.start({
    name: app,
    command: node,
    args: ['--enable-source-maps', `apps/${app}/dist/main.js`],
    cwd: folder,
    env,
    ...(user ? { user } : {}),
    stopSignal: 'SIGTERM',
    stopGraceMs: 50_000,
    readyTimeoutMs: 30_000,
    isReady: (line) => /"msg":"[^"]* is ready"/.test(line),
    onLine: (line) => {
      if (!/"level":"?(info|debug|30|20)\b/.test(line)) problems.push(`${app}: ${line}`);
    },
  });
  return {
    url: `http://127.0.0.1:${port}`,
    problems: () => problems,
    healthcheck: () => exitCodeOf(node, folder, env),
    stop: async () => {
      await running.stop();
      return running.exited;
    },
  };
}

async function exitCodeOf(
  node: string,
  cwd: string,
  env: Readonly<Record<string, string>>,
): Promise<number | null> {
  const check = await ManagedProcess.start({
    name: 'healthcheck',
    command: node,
    args: ['-e', 'console.log("started"); import("./healthcheck.mjs")'],
    cwd,
    env,
    stopSignal: 'SIGTERM',
    readyTimeoutMs: 10_000,
    isReady: (line) => line === 'started',
  });
  return check.exited;
}
