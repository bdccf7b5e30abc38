import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Counter, Histogram } from 'prom-client';
import { createLogger, createTelemetry, startProbes } from '../src/index.ts';

function collectLines(): { lines: string[]; write(line: string): void } {
  const lines: string[] = [];
  return { lines, write: (line) => lines.push(line) };
}

describe('createLogger', () => {
  it('redacts credentials by field and by shape, in messages and in errors', () => {
    const sink = collectLines();
    const log = createLogger({ service: 'gateway', level: 'info', destination: sink });
    log.info(
      { apiKey: 'tg_live_abcdefgh12345', request: { authorization: 'Bearer sk-1' } },
      'sent Bearer tg_live_abcdefgh12345',
    );
    log.error(
      {
        err: new Error(
          'connect postgres://tollgate:hunter2@127.0.0.1/db failed with sk-proj-abcdefghijkl',
        ),
      },
      'failed',
    );
    const text = sink.lines.join('');
    expect(text).toContain('"service":"gateway"');
    expect(text).toContain('[redacted]');
    for (const secret of ['tg_live_abcdefgh12345', 'sk-1', 'hunter2', 'sk-proj']) {
      expect(text).not.toContain(secret);
    }
  });
});

describe('probes', () => {
  it('answer health, readiness with the names of what is missing, and metrics', async () => {
    const telemetry = await createTelemetry({ service: 'routing', level: 'silent' });
    let connected = false;
    const probes = await startProbes({
      port: 0,
      host: '127.0.0.1',
      metrics: telemetry.metrics,
      checks: { nats: () => connected },
    });
    try {
      expect((await fetch(`${probes.url}/healthz`)).status).toBe(200);
      const before = await fetch(`${probes.url}/readyz`);
      expect(before.status).toBe(503);
      expect(await before.json()).toEqual({ status: 'not ready', failing: ['nats'] });
      connected = true;
      expect((await fetch(`${probes.url}/readyz`)).status).toBe(200);
      expect(await (await fetch(`${probes.url}/metrics`)).text()).toContain(
        'process_cpu_seconds_total',
      );
      expect((await fetch(`${probes.url}/other`)).status).toBe(404);
    } finally {
      await probes.stop();
      await telemetry.stop();
    }
  });
});

describe('export to OpenTelemetry', () => {
  let collector: Server;
  const received = new Map<string, string>();

  beforeAll(async () => {
    collector = createServer((request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        received.set(request.url ?? '', Buffer.concat(parts).toString('utf8'));
        response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
      });
    });
    await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve));
  });

  afterAll(() => new Promise((resolve) => collector.close(resolve)));

  it('sends spans as children of the caller, and every Prometheus metric once', async () => {
    const { port } = collector.address() as AddressInfo;
    const telemetry = await createTelemetry({
      service: 'trace-ingest',
      level: 'silent',
      otlpEndpoint: `http://127.0.0.1:${port}`,
    });
    new Counter({
      name: 'tollgate_requests_total',
      help: 'Requests',
      registers: [telemetry.metrics],
    }).inc(3);
    new Histogram({
      name: 'tollgate_seconds',
      help: 'Seconds',
      buckets: [0.1, 1],
      registers: [telemetry.metrics],
    }).observe(0.5);
    telemetry.spans?.add(
      {
        name: 'chat gpt-4o-mini',
        kind: 'server',
        startMs: 1_700_000_000_000,
        endMs: 1_700_000_000_250,
        attributes: { 'gen_ai.request.model': 'gpt-4o-mini' },
        children: [
          {
            name: 'attempt',
            kind: 'client',
            startMs: 1_700_000_000_010,
            endMs: 1_700_000_000_200,
            attributes: {},
          },
        ],
      },
      '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    );
    await telemetry.stop();
    expect(received.get('/v1/traces')).toContain('0af7651916cd43dd8448eb211c80319c');
    expect(received.get('/v1/traces')).toContain('b7ad6b7169203331');
    expect(received.get('/v1/traces')).toContain('gen_ai.request.model');
    expect(received.get('/v1/metrics')).toContain('tollgate_requests_total');
    expect(received.get('/v1/metrics')).toContain('"bucketCounts":[0,1,0]');
  });
});
