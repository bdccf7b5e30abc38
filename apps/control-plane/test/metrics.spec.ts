import { makeShop } from './make-shop.ts';
import { useReceiver } from './receiver.ts';
import { ADMIN_TOKEN, callApi, useControlPlane } from './use-control-plane.ts';

describe('metrics', () => {
  const { call, running, start } = useControlPlane();
  const receiver = useReceiver();

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

  it('count messages to webhooks by what came of them, and those that wait', async () => {
    const { projectId } = await makeShop(call);
    const url = receiver.url();
    const { body } = await call('POST', '/api/v1/webhooks', {
      projectId,
      url,
      events: ['key.revoked'],
    });
    await call('POST', `/api/v1/webhooks/${body.id}/test`);
    receiver.status = 500;
    await call('POST', `/api/v1/webhooks/${body.id}/test`);
    const response = await fetch(`${running().url}/metrics`, {
      headers: { authorization: `Bearer ${ADMIN_TOKEN}` },
    });
    const text = await response.text();
    const ours = text.split('\n').filter((line) => line.includes('webhook'));
    for (const sample of [
      /_attempts_total\{[^}]*outcome="delivered"[^}]*\} 1$/,
      /_attempts_total\{[^}]*outcome="failed"[^}]*\} 1$/,
      /_messages_waiting(\{[^}]*\})? 0$/,
      /_webhooks_failing(\{[^}]*\})? 0$/,
    ])
      expect(ours).toContainEqual(expect.stringMatching(sample));
  });

  it('stay closed on the port of the API', async () => {
    expect(running().probesUrl).toBeUndefined();
    expect((await fetch(`${running().url}/metrics`)).status).toBe(401);
  });
});
