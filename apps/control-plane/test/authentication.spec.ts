import { connect } from 'node:net';
import { ADMIN_TOKEN, useControlPlane } from './use-control-plane.ts';

describe('the admin guard', () => {
  const { running } = useControlPlane();
  const status = async (path: string, init: RequestInit = {}): Promise<number> =>
    (await fetch(`${running().url}${path}`, { redirect: 'manual', ...init })).status;
  const authorized = { headers: { authorization: `Bearer ${ADMIN_TOKEN}` } };

  it.each([
    '/api/v1/keys',
    '/api/v1/organizations',
    '/api/v1/secrets',
    '/api/v1/usage',
    '/metrics',
  ])('lets nobody without the token read %s', async (path) => {
    expect(await status(path)).toBe(401);
    expect(await status(path, { method: 'HEAD' })).toBe(401);
    expect(await status(path, { headers: { authorization: 'Bearer wrong' } })).toBe(401);
    expect(await status(path, { headers: { authorization: `Basic ${ADMIN_TOKEN}` } })).toBe(401);
    for (const variant of [`${path}/`, `/${path}`, path.toUpperCase(), `${path}%2f`]) {
      expect([401, 404]).toContain(await status(variant));
    }
  });

  it('lets in who has it', async () => {
    expect(await status('/api/v1/keys', authorized)).toBe(200);
    expect(await status('/api/v1/keys', { method: 'HEAD', ...authorized })).toBe(200);
  });

  it.each(['/healthz', '/readyz', '/openapi.json', '/docs'])('leaves %s open', async (path) => {
    expect(await status(path)).toBe(200);
  });

  it('refuses two Authorization headers, whichever stands first', async () => {
    const right = `Authorization: Bearer ${ADMIN_TOKEN}`;
    const wrong = 'authorization: Bearer wrong';
    expect(await rawStatus(running().url, [right])).toBe(200);
    expect(await rawStatus(running().url, [right, wrong])).toBe(401);
    expect(await rawStatus(running().url, [wrong, right])).toBe(401);
  });
});

/** `fetch` would fold the headers into one. */
function rawStatus(url: string, headers: readonly string[]): Promise<number> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => {
      const lines = ['GET /api/v1/keys HTTP/1.1', 'Host: x', ...headers, 'Connection: close'];
      socket.write(`${lines.join('\r\n')}\r\n\r\n`);
    });
    let text = '';
    socket.on('data', (chunk) => (text += chunk.toString('latin1')));
    socket.on('error', reject);
    socket.on('close', () => resolve(Number(text.slice(9, 12))));
  });
}
