import { randomBytes } from 'node:crypto';
import type { Bus } from '@tollgate/messaging';
import { createTelemetry, type Telemetry } from '@tollgate/telemetry';
import { type StackHandle, useStack } from '@tollgate/test-harness';
import { controlPlaneSettings, type RunningControlPlane, startControlPlane } from '../src/index.ts';
import { FakeBus, FakeConfigWriter, FakeConsumers } from './fake-messaging.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // Tests read answers of many shapes.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly body: any;
}

export type Call = (method: string, path: string, body?: unknown) => Promise<Answer>;

export interface ControlPlaneHandle {
  readonly bus: FakeBus;
  readonly writer: FakeConfigWriter;
  readonly consumers: FakeConsumers;
  readonly call: Call;
  readonly stack: StackHandle;
  running(): RunningControlPlane;
  /** Starts one more on the same database. */
  start(settings?: Record<string, string>): Promise<RunningControlPlane>;
}

export const ADMIN_TOKEN = 'tg_admin_for_the_tests_alone';
const keyEncryptionKey = randomBytes(32).toString('base64');

/** A control plane on a real Postgres, with a bucket and a bus in memory. */
export function useControlPlane(
  options: {
    readonly environment?: Record<string, string>;
    readonly settings?: Record<string, string>;
  } = {},
): ControlPlaneHandle {
  const stack = useStack({ only: ['postgres'] });
  const bus = new FakeBus();
  const writer = new FakeConfigWriter();
  const consumers = new FakeConsumers();
  const telemetries: Telemetry[] = [];
  let running: RunningControlPlane | undefined;

  const start = async (more: Record<string, string> = {}): Promise<RunningControlPlane> => {
    const telemetry = await createTelemetry({ service: 'control-plane', level: 'silent' });
    telemetries.push(telemetry);
    const settings = controlPlaneSettings.parse({
      POSTGRES_URL: stack.postgresUrl(),
      NATS_URL: 'nats://127.0.0.1:1',
      TOLLGATE_CONTROL_PLANE_PORT: '0',
      TOLLGATE_KEY_ENCRYPTION_KEY: keyEncryptionKey,
      TOLLGATE_ADMIN_TOKEN: ADMIN_TOKEN,
      TOLLGATE_ALLOW_PRIVATE_UPSTREAMS: 'true',
      ...options.settings,
      ...more,
    });
    // Only `request` is used of the bus.
    const messaging = { bus: bus as unknown as Bus, configWriter: writer, consumers };
    const { environment } = options;
    return startControlPlane({
      settings,
      messaging,
      telemetry,
      ...(environment ? { environment } : {}),
    });
  };
  const current = (): RunningControlPlane => {
    if (running) return running;
    throw new Error('The control plane runs during tests only');
  };

  beforeAll(async () => {
    running = await start();
  }, 60_000);
  afterAll(async () => {
    await running?.stop();
    await Promise.all(telemetries.map((telemetry) => telemetry.stop()));
  });

  const call: Call = (method, path, body) => callApi(current().url, method, path, body);
  return { bus, writer, consumers, call, stack, running: current, start };
}

export async function callApi(
  url: string,
  method: string,
  path: string,
  body?: unknown,
): Promise<Answer> {
  const response = await fetch(`${url}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${ADMIN_TOKEN}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body: text === '' ? null : JSON.parse(text),
  };
}
