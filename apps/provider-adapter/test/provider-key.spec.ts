import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {
  callProvider,
  type CallEnd,
  type CallHead,
  type Failure,
  FIXED_ENDPOINT_PROVIDERS,
  type ProviderKey,
  REQUEST_KEY_CONNECTION,
} from '@tollgate/contracts';
import { connectMessaging, type Messaging, SILENT } from '@tollgate/messaging';
import { PROVIDERS } from '@tollgate/providers';
import {
  createLogger,
  createTelemetry,
  type RunningService,
  type Telemetry,
} from '@tollgate/telemetry';
import { useStack } from '@tollgate/test-harness';
import { providerAdapterSettings, startProviderAdapter } from '../src/index.ts';
import { message, messageStream } from './support/anthropic-upstream.ts';
import { eventually } from './support/adapter.ts';
import { candidateOf, contextOf, headerOf } from './support/fake-call.ts';
import { type FakeUpstream, json, startFakeUpstream } from './support/fake-upstream.ts';

/** No shape that redaction knows: what keeps it out must be that nobody writes it. */
const CANARY = 'canary~7QmXw2ZpLr9TnB4s';
const CONTROL = 'planted~V3kDy8HcJf6GaE1u';

const stack = useStack({ only: ['nats'] });
const candidate = candidateOf(REQUEST_KEY_CONNECTION, {
  connectionName: 'anthropic',
  provider: 'anthropic',
  model: 'claude-sonnet-4-5',
  priceOverride: null,
});
const context = contextOf([candidate], { routeId: '' });

describe("a provider's key that came with the request", () => {
  let vendor: FakeUpstream;
  let adapter: Messaging;
  let gateway: Messaging;
  let telemetry: Telemetry;
  let service: RunningService;
  let spool: string;
  const log: string[] = [];

  beforeAll(async () => {
    spool = mkdtempSync(path.join(os.tmpdir(), 'tollgate-byok-'));
    vendor = await startFakeUpstream();
    const connect = (name: string) =>
      connectMessaging({
        natsUrl: stack.natsUrl(),
        service: 'standalone',
        spoolDir: path.join(spool, name),
        log: SILENT,
      });
    [adapter, gateway] = await Promise.all([connect('adapter'), connect('gateway')]);
    telemetry = {
      ...(await createTelemetry({ service: 'provider-adapter', level: 'silent' })),
      log: createLogger({
        service: 'provider-adapter',
        level: 'trace',
        destination: { write: (line) => void log.push(line) },
      }),
    };
    const settings = providerAdapterSettings.parse({
      NATS_URL: stack.natsUrl(),
      TOLLGATE_KEY_ENCRYPTION_KEY: randomBytes(32).toString('base64'),
      TOLLGATE_ALLOW_PRIVATE_UPSTREAMS: 'true',
      TOLLGATE_PROBE_PORT: '0',
    });
    const endpointOf = (): string => vendor.url;
    service = await startProviderAdapter({ settings, messaging: adapter, telemetry, endpointOf });
  }, 120_000);

  afterAll(async () => {
    await service.stop();
    await Promise.all([adapter.close(), gateway.close()]);
    await telemetry.stop();
    await vendor.close();
    rmSync(spool, { recursive: true, force: true });
  });

  interface Told {
    head?: CallHead;
    end?: CallEnd;
    failure?: Failure;
    text: string;
  }

  async function call(stream: boolean, providerKey: ProviderKey): Promise<Told> {
    const told: Told = { text: '' };
    const planted = { planted: CONTROL };
    const header = { ...headerOf({ stream, metadata: planted }), providerKey };
    header.requestId = `req_${randomBytes(8).toString('hex')}`;
    const body = Buffer.from(
      JSON.stringify({ messages: [{ role: 'user', content: 'Hi' }], stream }),
    );
    const open = gateway.bus.open(
      callProvider,
      {
        header,
        context: { id: context.planId, value: context },
        body,
        deadlineAt: Date.now() + 10_000,
      },
      {
        onHead: (head: CallHead) => (told.head = head),
        onData: (bytes) => {
          told.text += Buffer.from(bytes).toString();
          open.credit(bytes.length);
        },
        onEnd: (end: CallEnd) => (told.end = end),
        onFailure: (reason) => (told.failure = reason),
      },
    );
    await eventually(() => told.end ?? told.failure);
    return told;
  }

  const KEY: ProviderKey = { provider: 'anthropic', key: CANARY };

  it("calls the vendor's own endpoint with that key, whole and streamed", async () => {
    vendor.reply(json(200, message('Hello')), messageStream(['Hel', 'lo']));
    const whole = await call(false, KEY);
    expect(whole.failure).toBeUndefined();
    expect(whole.head).toMatchObject({ provider: 'anthropic', model: 'claude-sonnet-4-5' });
    expect(whole.end).toEqual({ recorded: true });
    const streamed = await call(true, KEY);
    expect(streamed.text).toContain('[DONE]');
    expect(vendor.seen.map(({ headers }) => headers['x-api-key'])).toEqual([CANARY, CANARY]);
  });

  it('goes nowhere with another provider than the one that was planned', async () => {
    const before = vendor.seen.length;
    const told = await call(false, { provider: 'openai', key: CANARY });
    expect(told.failure?.code).toBe('provider.misconfigured');
    expect(vendor.seen).toHaveLength(before);
  });

  it('tells of a refusal without the key, though the vendor repeats it', async () => {
    const said = JSON.stringify({
      type: 'error',
      error: { type: 'authentication_error', message: `invalid x-api-key: ${CANARY}` },
    });
    vendor.reply(
      json(401, said),
      json(400, said.replace('authentication', 'invalid_request')),
      (response) => response.destroy(),
    );
    for (const expected of ['provider.rejected_credentials', 'provider.bad_request']) {
      const told = await call(false, KEY);
      expect(told.failure?.code).toBe(expected);
      expect(JSON.stringify(told)).not.toContain(CANARY);
    }
    expect((await call(false, KEY)).failure?.code).toBe('provider.unreachable');
    expect(log.join('')).toContain('an attempt failed');
  });

  it('is found nowhere afterwards, where a planted text is found', async () => {
    telemetry.log.info({ note: CONTROL }, 'planted');
    const jetStream = path.join(stack.home(), 'nats');
    const places: Record<string, () => string> = {
      'the log': () => log.join(''),
      'the journal and spool': () => textUnder(spool),
    };
    if (existsSync(jetStream)) places['the files of JetStream'] = () => textUnder(jetStream);
    else console.info('NATS is not embedded: its files cannot be searched');
    for (const [place, read] of Object.entries(places)) {
      await eventually(() => read().includes(CONTROL) || undefined).catch(() => {
        throw new Error(`the planted text is not in ${place}`);
      });
      const found = variantsOf(CANARY).filter((variant) => read().includes(variant));
      expect({ place, found }).toEqual({ place, found: [] });
    }
    const metrics = await (await fetch(`${service.url}/metrics`)).text();
    expect(metrics).toContain('tollgate_provider_calls_total');
    expect(metrics).not.toContain(CANARY);
  });

  it('only ever goes to a public https endpoint of the vendor', () => {
    for (const slug of FIXED_ENDPOINT_PROVIDERS) {
      expect(PROVIDERS[slug].defaultBaseUrl).toMatch(
        /^https:\/\/[a-z.]+\.(?:com|ai|x\.ai)(?:\/|$)/,
      );
    }
  });
});

/** All bytes of all files, one character each. */
function textUnder(folder: string): string {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(path.join(entry.parentPath, entry.name), 'latin1'))
    .join('\n');
}

/** The text as it might have been written: plain, in JSON, in base64 at each alignment, in hexadecimal. */
function variantsOf(text: string): string[] {
  const base64 = [0, 1, 2].map((shift) =>
    Buffer.from(' '.repeat(shift) + text)
      .toString('base64')
      .slice(4, -4),
  );
  return [text, encodeURIComponent(text), Buffer.from(text).toString('hex'), ...base64];
}
