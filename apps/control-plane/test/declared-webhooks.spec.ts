import { randomBytes } from 'node:crypto';
import { useReceiver, verify } from './receiver.ts';
import { useControlPlane } from './use-control-plane.ts';

const secretOf = (bytes: number): string => `whsec_${randomBytes(bytes).toString('base64')}`;
const environment: Record<string, string> = {
  FIRST: secretOf(32),
  SECOND: secretOf(24),
  TOO_SHORT: secretOf(23),
  NO_SECRET: 'hunter2',
};

describe('webhooks of tollgate.yaml', () => {
  const { call, running } = useControlPlane({ environment });
  const receiver = useReceiver();
  const fileWith = (webhook: string) => `
organizations: [{ name: acme }]
projects: [{ organization: acme, name: shop }]
webhooks:
  - project: shop
    url: ${receiver.url('/hook?token=abc')}
    events: [key.revoked]
    ${webhook}
`;
  const apply = (webhook: string) => running().apply(fileWith(webhook));
  const list = async () => (await call('GET', '/api/v1/webhooks')).body.data;
  const test = async () => {
    const [{ id }] = await list();
    await call('POST', `/api/v1/webhooks/${id}/test`);
    const message = receiver.received.at(-1);
    if (!message) throw new Error('nothing arrived');
    return message;
  };

  it('are made once, and sign with the secret that the file leads to', async () => {
    const made = await apply('secretFromEnv: FIRST');
    const host = new URL(receiver.url()).host;
    expect(made).toMatchObject({
      ok: true,
      value: { created: [{}, {}, { section: 'webhooks', project: 'shop', name: host }] },
    });
    expect(JSON.stringify(made)).not.toContain('token=abc');
    expect(await apply('secretFromEnv: FIRST')).toMatchObject({
      value: { created: [], changed: [] },
    });
    expect(await list()).toMatchObject([{ events: ['key.revoked'], enabled: true }]);
    verify(await test(), environment['FIRST'] ?? '');
  });

  it('follow the file: what it changes, and a new secret beside the former one', async () => {
    expect(await apply('secretFromEnv: FIRST\n    enabled: false')).toMatchObject({
      value: { changed: [{ section: 'webhooks' }] },
    });
    expect(await list()).toMatchObject([{ enabled: false }]);
    await apply('secretFromEnv: SECOND\n    enabled: true');
    const message = await test();
    for (const name of ['FIRST', 'SECOND']) verify(message, environment[name] ?? '');
    expect(await list()).toHaveLength(1);
  });

  it.each([
    ['secretFromEnv: TOO_SHORT', 'webhooks.0.secretFromEnv'],
    ['secretFromEnv: NO_SECRET', 'webhooks.0.secretFromEnv'],
    ['secretFromEnv: UNSET', 'webhooks.0.secretFromEnv'],
    ['secretFromFile: /nowhere', 'webhooks.0.secretFromFile'],
    ['secret: whsec_inline', 'webhooks.0.secret'],
    ['enabled: true', 'webhooks.0'],
  ])('are refused with "%s", at its place', async (webhook, field) => {
    const applied = await apply(webhook);
    if (applied.ok) throw new Error('it was applied');
    expect(applied.failure[0]).toMatchObject({ field, line: expect.any(Number) });
    expect(JSON.stringify(applied)).not.toContain('hunter2');
  });
});
