import path from 'node:path';
import type { Stack } from '@tollgate/stack';
import { type AppName, bundleOf } from './bundles.ts';
import { VIRTUAL_KEY_VARIABLE } from './local-declaration.ts';
import type { LocalSecrets } from './local-secrets.ts';
import type { StartOptions } from './options.ts';
import type { Program } from './supervisor.ts';

export interface ProgramInputs {
  readonly root: string;
  /** Where the bundles are, if not in `apps/<name>/dist`. */
  readonly bundles?: string;
  readonly options: StartOptions;
  readonly stack: Stack;
  readonly secrets: LocalSecrets;
  readonly declarationFile: string;
  /** Fixed once known, so that a service that is started again listens where it did. */
  readonly gatewayPort: number;
  readonly controlPlanePort: number;
}

/** The simulated provider as a program. */
export function simulatorProgram(root: string, port: number): Program {
  return {
    name: 'simulator',
    script: path.join(root, 'tools', 'simulator', 'src', 'main.ts'),
    nodeOptions: ['--conditions=@tollgate/source', '--disable-warning=ExperimentalWarning'],
    args: ['--port', String(port)],
    environment: {},
    readReady: (line) => (line.startsWith('{"url"') ? stringsOf(line) : null),
  };
}

/** One of our apps as a program. Secrets are handed only to those that need them. */
export function appProgram(app: AppName, inputs: ProgramInputs): Program {
  return {
    name: app,
    script: bundleOf(inputs.root, app, inputs.bundles),
    nodeOptions: ['--enable-source-maps', '--max-semi-space-size=64'],
    environment: { ...sharedEnvironment(inputs), ...ownEnvironment(app, inputs) },
    readReady: (line) => (line.includes(`"msg":"${app} is ready"`) ? stringsOf(line) : null),
  };
}

function sharedEnvironment({ options, stack }: ProgramInputs): Record<string, string> {
  return {
    NATS_URL: stack.natsUrl,
    TOLLGATE_HOST: '127.0.0.1',
    TOLLGATE_SPOOL_DIR: path.join(options.home, 'spool'),
    TOLLGATE_ALLOW_PRIVATE_UPSTREAMS: 'true',
  };
}

function ownEnvironment(app: AppName, inputs: ProgramInputs): Record<string, string> {
  const { stack, secrets, options } = inputs;
  const gateway = { TOLLGATE_GATEWAY_PORT: String(inputs.gatewayPort) };
  const postgres = { POSTGRES_URL: stack.postgresUrl };
  const clickhouse = { CLICKHOUSE_URL: stack.clickhouseUrl };
  const keyEncryption = { TOLLGATE_KEY_ENCRYPTION_KEY: secrets.keyEncryptionKey };
  const controlPlane = {
    ...postgres,
    ...keyEncryption,
    TOLLGATE_CONTROL_PLANE_PORT: String(inputs.controlPlanePort),
    TOLLGATE_ADMIN_TOKEN: secrets.adminToken,
    TOLLGATE_CONFIG_FILE: [inputs.declarationFile, options.configFile]
      .filter(Boolean)
      .join(path.delimiter),
    [VIRTUAL_KEY_VARIABLE]: secrets.virtualKey,
  };
  switch (app) {
    case 'gateway':
      return gateway;
    case 'routing':
      return {};
    case 'budget':
      return postgres;
    case 'provider-adapter':
      return keyEncryption;
    case 'trace-ingest':
      return clickhouse;
    case 'control-plane':
      return controlPlane;
    case 'standalone':
      return { ...gateway, ...clickhouse, ...controlPlane };
  }
}

/** The text fields of a line of JSON. */
function stringsOf(line: string): Record<string, string> {
  const found: unknown = JSON.parse(line);
  if (typeof found !== 'object' || found === null) return {};
  return Object.fromEntries(
    Object.entries(found).filter(
      (entry): entry is [string, string] => typeof entry[1] === 'string',
    ),
  );
}
