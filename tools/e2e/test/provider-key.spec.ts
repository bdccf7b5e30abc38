import {
  Admin,
  clickhouseText,
  eventually,
  isInBytes,
  isInFiles,
  OtlpCollector,
  postgresText,
  startSystem,
  type System,
} from '../src/index.ts';
import { ROOT } from './in-both-modes.ts';

const CANARY = 'sk-canary-9hQ2mXw7TzKe4RbV';
/** Planted where the canary must not be: the search has to find it everywhere it looks. */
const CONTROL = 'control-4Ls8Pd1Yc6Gu3Nf';

describe.each(['standalone', 'distributed'] as const)('a key of the caller’s own, %s', (mode) => {
  let system: System | undefined;
  let collector: OtlpCollector | undefined;

  beforeAll(async () => {
    collector = await OtlpCollector.start();
    const environment = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, TOLLGATE_LOG_LEVEL: 'trace' };
    system = await startSystem({ mode, root: ROOT, environment });
  }, 150_000);
  afterAll(async () => {
    await system?.stop();
    await collector?.stop();
  }, 90_000);

  it('is used and then nowhere to be found, while the search finds what was planted', async () => {
    if (!system || !collector) throw new Error('the system did not start');
    const running = system;
    const { bodies } = collector;
    const admin = new Admin(() => running.facts());
    // A name of the operator's stands in Postgres; what the client sends stands in the record.
    const project = await admin.createProject(CONTROL);
    const connection = await admin.connect(project.id, 'simulator', {});
    const targets = [{ aiProviderId: connection.id, model: '*' }];
    const route = await admin.publishRoute(project.id, 'main', targets);
    const fields = { allowProviderKeys: true };
    const { key } = await admin.createKey(project.id, route.id, fields);

    const response = await fetch(`${running.facts().gatewayUrl}/v1/chat/completions`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${key}`,
        'content-type': 'application/json',
        'x-tollgate-metadata': JSON.stringify({ control: CONTROL }),
        'x-tollgate-provider': 'groq',
        'x-tollgate-provider-key': CANARY,
      },
      body: JSON.stringify({ model: 'any', messages: [{ role: 'user', content: 'Hi' }] }),
    });
    // No network leads to the vendor from here; with one, it would refuse the key.
    expect([502, 503, 504]).toContain(response.status);
    const answer = await response.text();
    expect(answer).not.toContain(CANARY);
    expect(answer).toContain('groq');

    const places = {
      files: () => isInFiles(running.home, CONTROL),
      postgres: async () => isInBytes(Buffer.from(await postgresText(running.facts())), CONTROL),
      clickhouse: async () =>
        isInBytes(Buffer.from(await clickhouseText(running.facts())), CONTROL),
      otlp: () => bodies.some((body) => isInBytes(body, CONTROL)),
    };
    for (const [place, finds] of Object.entries(places))
      await eventually(`the control is found in ${place}`, finds, Boolean, 30_000);

    expect(isInFiles(running.home, CANARY)).toBe(false);
    expect(isInBytes(Buffer.from(await postgresText(running.facts())), CANARY)).toBe(false);
    expect(isInBytes(Buffer.from(await clickhouseText(running.facts())), CANARY)).toBe(false);
    expect(bodies.some((body) => isInBytes(body, CANARY))).toBe(false);
    expect(isInBytes(Buffer.from(running.output()), CANARY)).toBe(false);
  }, 120_000);
});
