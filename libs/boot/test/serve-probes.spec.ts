import { Registry } from '@tollgate/telemetry';
import { serveProbes } from '../src/index.ts';

const telemetry = { metrics: new Registry() };

describe('serveProbes', () => {
  it('serves the checks on the port that the settings name', async () => {
    const settings = { TOLLGATE_HOST: '127.0.0.1', TOLLGATE_PROBE_PORT: 0 };
    const probes = await serveProbes({ settings, telemetry }, { nats: () => false });
    try {
      const answer = await fetch(`${probes?.url}/readyz`);
      expect(answer.status).toBe(503);
      expect(await answer.json()).toMatchObject({ failing: ['nats'] });
    } finally {
      await probes?.stop();
    }
  });

  it('serves nothing where they name none', async () => {
    const settings = { TOLLGATE_HOST: '127.0.0.1', TOLLGATE_PROBE_PORT: undefined };
    expect(await serveProbes({ settings, telemetry }, {})).toBeUndefined();
  });
});
