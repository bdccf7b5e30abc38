import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { DevFacts } from '../start/dev-file.ts';

/** A control plane, and the token that it knows. */
export interface Target {
  readonly url: string;
  readonly adminToken: string;
}

type LocalFacts = Pick<DevFacts, 'controlPlaneUrl' | 'adminToken'>;

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The control plane that the environment names (`TOLLGATE_CONTROL_PLANE_URL`, `TOLLGATE_ADMIN_TOKEN`), else the local
 * installation that runs. Throws when there is neither.
 */
export function findTarget(environment: Environment, root: string): Target {
  const { TOLLGATE_CONTROL_PLANE_URL: url, TOLLGATE_ADMIN_TOKEN: adminToken } = environment;
  if (url) {
    if (!adminToken)
      throw new Error('TOLLGATE_CONTROL_PLANE_URL is set; TOLLGATE_ADMIN_TOKEN is missing.');
    return { url: url.replace(/\/+$/, ''), adminToken };
  }
  const file = path.join(path.resolve(root, environment.TOLLGATE_HOME || '.tollgate'), 'dev.json');
  const facts = readFacts(file);
  if (facts) return { url: facts.controlPlaneUrl, adminToken: facts.adminToken };
  throw new Error(
    `No installation runs here (${file} is not there). Start one with npm start, or name a control plane in TOLLGATE_CONTROL_PLANE_URL and TOLLGATE_ADMIN_TOKEN.`,
  );
}

function readFacts(file: string): LocalFacts | undefined {
  if (!existsSync(file)) return undefined;
  // Written by us, whole or not at all.
  return JSON.parse(readFileSync(file, 'utf8')) as LocalFacts;
}
