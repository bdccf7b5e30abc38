import { configKeys } from '@tollgate/contracts';
import { hashKey } from '@tollgate/secrets';
import { makeShop } from './make-shop.ts';
import { pollUntil } from './poll-until.ts';
import { callApi, useControlPlane } from './use-control-plane.ts';

describe('publishing', () => {
  const { call, writer, start } = useControlPlane();
  const isPublished = (text: string): boolean =>
    writer.entries.has(configKeys.keyPolicy(hashKey(text)));

  it('fails nothing while NATS is away, says so, and catches up', async () => {
    const shop = await makeShop(call);
    writer.isAway = true;
    const key = await call('POST', '/api/v1/keys', { projectId: shop.projectId, name: 'late' });
    expect(key.status).toBe(201);
    expect(key.headers.get('x-tollgate-published')).toBe('false');
    expect(isPublished(key.body.key)).toBe(false);
    writer.isAway = false;
    await pollUntil('the key is published', () => isPublished(key.body.key));
  });

  it('goes on in order of revision, however many changes come at once', async () => {
    const shop = await makeShop(call);
    const names = Array.from({ length: 60 }, (_, index) => `many-${index}`);
    const texts = await Promise.all(
      names.map(async (name) => {
        const key = await call('POST', '/api/v1/keys', { projectId: shop.projectId, name });
        expect(key.status).toBe(201);
        // A slow machine may not get to it in the time that an answer waits: then it must say so.
        const { key: text } = key.body;
        if (key.headers.get('x-tollgate-published') === 'true')
          expect(isPublished(text)).toBe(true);
        return text;
      }),
    );
    await pollUntil('all keys are published', () => texts.every(isPublished));
    const revisions = writer.published.map(({ revision }) => revision);
    expect(revisions).toEqual([...revisions].sort((a, b) => a - b));
  });

  it('puts a lost bucket right at the next start, and takes strays out of it', async () => {
    const shop = await makeShop(call);
    const expected = new Map(writer.entries);
    writer.entries.clear();
    writer.entries.set('key.stray', '{}');
    const second = await start();
    try {
      await pollUntil('the bucket is as before', () => writer.entries.size === expected.size);
      expect(new Map([...writer.entries].sort())).toEqual(new Map([...expected].sort()));
      const key = await callApi(second.url, 'POST', '/api/v1/keys', {
        projectId: shop.projectId,
        name: 'by the second',
      });
      expect(key.headers.get('x-tollgate-published')).toBe('true');
      const revoked = await call('POST', `/api/v1/keys/${key.body.id}/revoke`);
      expect(revoked.headers.get('x-tollgate-published')).toBe('true');
    } finally {
      await second.stop();
    }
  });
});
