import { createTelemetry, type Telemetry } from '@tollgate/telemetry';
import {
  gatewaySettings,
  type GatewaySettings,
  type RunningGateway,
  startGateway,
} from '../src/index.ts';
import { FakeMessaging, KEY } from './fake-messaging.ts';

export interface Rig {
  readonly fake: FakeMessaging;
  readonly gateway: RunningGateway;
  readonly url: string;
  readonly telemetry: Telemetry;
  /** Posts a body with the test's key. */
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Response>;
  stop(): Promise<void>;
}

/** A gateway on a free port, with everything behind it played by the test. */
export async function startRig(settings: Partial<GatewaySettings> = {}): Promise<Rig> {
  const fake = new FakeMessaging();
  const telemetry = await createTelemetry({ service: 'gateway', level: 'silent' });
  const defaults = gatewaySettings.parse({
    NATS_URL: 'nats://127.0.0.1:1',
    TOLLGATE_GATEWAY_PORT: '0',
  });
  const gateway = await startGateway({
    settings: { ...defaults, ...settings },
    messaging: fake.messaging(),
    telemetry,
  });
  return {
    fake,
    gateway,
    url: gateway.url,
    telemetry,
    post: (path, body, headers = {}) =>
      fetch(`${gateway.url}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${KEY}`, ...headers },
        body: typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body),
      } as RequestInit),
    stop: async () => {
      await gateway.stop();
      await telemetry.stop();
    },
  };
}

/** Waits until the condition holds; fails after two seconds. */
export async function until(condition: () => boolean, what = 'the condition'): Promise<void> {
  const deadline = Date.now() + 2_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`${what} did not come true in time`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

export const ASK = { messages: [{ role: 'user', content: 'hi' }] };
