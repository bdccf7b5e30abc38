import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { applyFile } from '../src/apply/apply-file.ts';
import { findTarget } from '../src/apply/target.ts';

const TEXT = `secrets:
  - { project: shop, name: a, fromEnv: A_KEY }
  - { project: shop, name: b, fromFile: b.txt }
  - { project: shop, name: c, fromEnv: MISSING }
`;

describe('apply', () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'tollgate-apply-'));
  const seen: { path: string; authorization: string; body: unknown }[] = [];
  let answer = { status: 200, body: '' };
  let server: Server;
  let url: string;

  beforeAll(async () => {
    writeFileSync(path.join(folder, 'tollgate.yaml'), TEXT);
    writeFileSync(path.join(folder, 'b.txt'), 'sk-file');
    server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { authorization = '' } = request.headers;
        const body: unknown = JSON.parse(Buffer.concat(chunks).toString());
        seen.push({ path: request.url ?? '', authorization, body });
        response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.body);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    if (typeof address !== 'object' || address === null) throw new Error('no port');
    url = `http://127.0.0.1:${address.port}`;
  });
  afterAll(async () => {
    await new Promise((resolve) => server.close(resolve));
    rmSync(folder, { recursive: true });
  });

  const apply = () =>
    applyFile({
      file: 'tollgate.yaml',
      folder,
      environment: { A_KEY: 'sk-env', UNRELATED: 'stays here' },
      target: { url, adminToken: 'tg_admin_1' },
    });

  it('sends the text with what it refers to, and nothing else of this machine', async () => {
    const created = [{ section: 'secrets', name: 'a', project: 'shop' }];
    const createdKeys = [{ project: 'shop', name: 'k', key: 'tg_live_1' }];
    answer = { status: 200, body: JSON.stringify({ created, changed: [], createdKeys }) };
    expect(await apply()).toEqual({
      isApplied: true,
      lines: ['created  secrets shop/a', 'key of shop/k, shown once: tg_live_1'],
    });
    expect(seen.at(-1)).toEqual({
      path: '/api/v1/config-file',
      authorization: 'Bearer tg_admin_1',
      body: { text: TEXT, variables: { A_KEY: 'sk-env' }, files: { 'b.txt': 'sk-file' } },
    });
  });

  it('names the places that are wrong as editors read them', async () => {
    const errors = [{ line: 4, column: 30, field: 'secrets.2.fromEnv', message: 'is not set' }];
    answer = { status: 422, body: JSON.stringify({ detail: 'Nothing was changed.', errors }) };
    expect(await apply()).toEqual({
      isApplied: false,
      lines: ['tollgate.yaml:4:30 secrets.2.fromEnv: is not set', 'Nothing was changed. (422)'],
    });
  });

  it('shows the status of what is no control plane', async () => {
    answer = { status: 502, body: '<html>' };
    expect(await apply()).toEqual({
      isApplied: false,
      lines: ['The control plane refused the file. (502)'],
    });
  });

  it('goes to the control plane that is named, else to the local installation, else nowhere', () => {
    const named = { TOLLGATE_CONTROL_PLANE_URL: 'https://cp/', TOLLGATE_ADMIN_TOKEN: 't' };
    expect(findTarget(named, folder)).toEqual({ url: 'https://cp', adminToken: 't' });
    expect(() => findTarget({ TOLLGATE_CONTROL_PLANE_URL: 'https://cp' }, folder)).toThrow(
      'TOLLGATE_ADMIN_TOKEN is missing',
    );
    const local = { TOLLGATE_HOME: folder };
    expect(() => findTarget(local, '/')).toThrow('No installation runs here');
    const facts = { controlPlaneUrl: 'http://local', adminToken: 'own', mode: 'standalone' };
    writeFileSync(path.join(folder, 'dev.json'), JSON.stringify(facts));
    expect(findTarget(local, '/')).toEqual({ url: 'http://local', adminToken: 'own' });
  });
});
