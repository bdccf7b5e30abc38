import { ENDPOINTS, MODEL_METHODS } from '../src/adapters/http/endpoints.ts';
import { HEAD } from './fake-messaging.ts';
import { ASK, type Rig, startRig, until } from './rig.ts';

const CHAT = '/v1/chat/completions';
const STREAM_HEAD = { ...HEAD, contentType: 'text/event-stream', costUsd: null };

/** A streamed answer that the test writes, and reads as it arrives. */
async function openStream(rig: Rig) {
  rig.fake.onCall = ({ listener }) => listener.onHead(STREAM_HEAD);
  const response = await rig.post(CHAT, { ...ASK, stream: true });
  const call = rig.fake.calls.at(-1);
  let text = '';
  const read = async () => {
    for await (const part of response.body ?? []) text += Buffer.from(part).toString();
  };
  return {
    text: () => text,
    send: (bytes: string) => call?.listener.onData(Buffer.from(bytes)),
    end: () => call?.listener.onEnd({ recorded: true }),
    done: read(),
  };
}

describe('operation', () => {
  let rig: Rig;
  beforeAll(async () => {
    rig = await startRig({ TOLLGATE_MAX_CONCURRENT: 3, TOLLGATE_HEARTBEAT_MS: 50 });
  });
  afterAll(() => rig.stop());

  it('guarantees probes that need no key', async () => {
    expect((await fetch(`${rig.url}/healthz`)).status).toBe(200);
    expect((await fetch(`${rig.url}/readyz`)).status).toBe(200);
    rig.fake.isUp = false;
    const response = await fetch(`${rig.url}/readyz`);
    rig.fake.isUp = true;
    expect(response.status).toBe(503);
    expect(await response.json()).toEqual({ status: 'not ready', failing: ['nats'] });
  });

  it('guarantees OpenAPI 3.1 of all endpoints, and a reference', async () => {
    const response = await fetch(`${rig.url}/openapi.json`);
    const document = (await response.json()) as { openapi: string; paths: Record<string, unknown> };
    expect(document.openapi).toBe('3.1.0');
    expect(Object.keys(document.paths)).toEqual([
      ...ENDPOINTS.map(({ path }) => path),
      ...MODEL_METHODS.map(({ path }) => path),
      '/v1/models',
      '/v1/models/{id}',
      '/v1beta/models',
      '/v1beta/models/{id}',
      '/v1/responses/{id}',
      '/healthz',
      '/readyz',
      '/metrics',
    ]);
    const page = await fetch(`${rig.url}/docs`);
    expect(page.headers.get('content-type')).toContain('text/html');
    expect((await fetch(`${rig.url}/docs/swagger-ui-bundle.js`)).status).toBe(200);
  });

  it('guarantees metrics by route and status', async () => {
    await (await rig.post(CHAT, ASK)).text();
    await (await rig.post(CHAT, {})).text();
    const counted = async () => (await fetch(`${rig.url}/metrics`)).text();
    let text = '';
    await until(() => {
      void counted().then((now) => (text = now));
      return text.includes(`status="400"`);
    }, 'the count');
    expect(text).toMatch(
      /tollgate_gateway_requests_total\{route="\/v1\/chat\/completions",status="200",service="gateway"\} 1/,
    );
    expect(text).toMatch(
      /tollgate_gateway_request_duration_seconds_bucket\{le="\+Inf",route="\/v1\/chat\/completions",service="gateway"\} 2/,
    );
    expect(text).toContain('tollgate_gateway_requests_in_flight');
  });

  it('guarantees heartbeats in a silent stream, between events alone', async () => {
    const silent = await openStream(rig);
    await until(() => silent.text() === ': \n\n', 'the first heartbeat');
    silent.send('data: {"half');
    await until(() => silent.text().endsWith('half'), 'the half event');
    const other = await openStream(rig);
    await until(() => other.text().length > 8, 'heartbeats elsewhere');
    expect(silent.text().endsWith('half')).toBe(true);
    silent.send('"}\n\n');
    silent.end();
    other.end();
    await Promise.all([silent.done, other.done]);
    expect(silent.text().replaceAll(': \n\n', '')).toBe('data: {"half"}\n\n');
  });

  it('guarantees 503 at once above the concurrency limit', async () => {
    const held: (() => void)[] = [];
    rig.fake.onCall = ({ listener }) => {
      held.push(() => {
        listener.onHead(HEAD);
        listener.onEnd({ recorded: true });
      });
    };
    const open = [1, 2, 3].map(() => rig.post(CHAT, ASK));
    await until(() => held.length === 3, 'three open calls');
    const refused = await rig.post(CHAT, ASK);
    expect(refused.status).toBe(503);
    expect(refused.headers.get('retry-after')).toBe('1');
    expect(await refused.json()).toMatchObject({ error: { code: 'overloaded' } });
    for (const finish of held) finish();
    for (const response of await Promise.all(open)) expect(response.status).toBe(200);
  });
});

describe('a stop', () => {
  it('guarantees that open streams end well while new requests are turned away', async () => {
    const rig = await startRig();
    let finish = (): void => undefined;
    rig.fake.onCall = ({ listener }) => {
      listener.onHead(STREAM_HEAD);
      finish = () => {
        listener.onData(Buffer.from('data: [DONE]\n\n'));
        listener.onEnd({ recorded: true });
      };
    };
    const response = await rig.post(CHAT, { ...ASK, stream: true });
    const stopping = rig.stop();
    expect((await fetch(`${rig.url}/readyz`)).status).toBe(503);
    const refused = await rig.post(CHAT, ASK);
    expect(refused.status).toBe(503);
    expect(refused.headers.get('connection')).toBe('close');
    finish();
    expect(await response.text()).toBe('data: [DONE]\n\n');
    await stopping;
    await expect(fetch(`${rig.url}/healthz`)).rejects.toThrow();
  });

  it('guarantees that the grace period ends, and that what is still open is cancelled', async () => {
    const rig = await startRig({ TOLLGATE_DRAIN_MS: 50 });
    rig.fake.onCall = ({ listener }) => listener.onHead(STREAM_HEAD);
    const response = await rig.post(CHAT, { ...ASK, stream: true });
    const reading = response.text().catch((error: unknown) => error);
    await rig.stop();
    expect(await reading).toMatchObject({ message: 'terminated' });
    expect(rig.fake.calls[0]?.isCancelled).toBe(true);
  });
});
