import { callApi, useControlPlane } from './use-control-plane.ts';

describe('metrics', () => {
  const { running, start } = useControlPlane();

  it('are served on the probe port without a token, by route and never by path', async () => {
    const other = await start({ TOLLGATE_PROBE_PORT: '0' });
    await callApi(other.url, 'GET', '/api/v1/keys/key_unknown');
    await callApi(other.url, 'GET', '/guessed/path');
    const probe = async (path: string) => fetch(`${other.probesUrl}${path}`);
    const text = await (await probe('/metrics')).text();
    expect(text).toMatch(
      /tollgate_control_plane_requests_total\{method="GET",route="\/api\/v1\/keys\/:keyId",status="404"[^}]*\} 1/,
    );
    expect(text).toMatch(/tollgate_control_plane_request_duration_seconds_count\{[^}]*keyId/);
    expect(text).not.toMatch(/guessed|key_unknown/);
    expect((await probe('/readyz')).status).toBe(200);
    await other.stop();
  });

  it('stay closed on the port of the API', async () => {
    expect(running().probesUrl).toBeUndefined();
    expect((await fetch(`${running().url}/metrics`)).status).toBe(401);
  });
});
