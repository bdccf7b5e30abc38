import { eventually, type Resource } from '../src/index.ts';
import { inBothModes } from './in-both-modes.ts';

interface ListedRequest {
  readonly code: string | null;
  readonly failure: string | null;
  readonly metadata: Readonly<Record<string, string>>;
}

inBothModes('virtual keys', (scene) => {
  const ask = async (text: string, headers: Readonly<Record<string, string>> = {}) => {
    const response = await fetch(`${scene().system.facts().gatewayUrl}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${text}`, 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ model: 'a-instant', messages: [{ role: 'user', content: 'Hello' }] }),
    });
    const body = (await response.json()) as { readonly error?: { readonly code: string } };
    return { status: response.status, code: body.error?.code };
  };
  const setUp = (name: string, fields: Readonly<Record<string, unknown>> = {}) =>
    scene().admin.setUp(`${name}-${scene().system.mode}`, fields);
  const act = <T = Resource>(id: string, action: string, body: object = {}) =>
    scene().admin.call<T>('POST', `/api/v1/keys/${id}/${action}`, body);
  const rotate = (id: string, overlapSeconds: number) =>
    act<{ readonly key: string; readonly formerTexts: readonly { readonly endsAt: string }[] }>(
      id,
      'rotate',
      { overlapSeconds },
    );
  /** Asks until the key is refused; answers how long after that moment it was, milliseconds. */
  const refusedAfter = async (text: string, moment: number): Promise<number> => {
    const wait = Math.max(moment - Date.now(), 0) + 20_000;
    const refusal = await eventually(
      'the key is refused',
      async () => ({ ...(await ask(text)), at: Date.now() }),
      ({ status }) => status !== 200,
      wait,
    );
    expect(refusal).toMatchObject({ status: 401, code: 'invalid_api_key' });
    return refusal.at - moment;
  };
  const requestsOf = async (keyId: string, projectId: string): Promise<readonly ListedRequest[]> =>
    (
      await scene().admin.call<{ readonly data: readonly ListedRequest[] }>(
        'GET',
        `/api/v1/requests?projectId=${projectId}&keyId=${keyId}`,
      )
    ).data;

  it('work under both texts while they overlap, in windows that go on', async () => {
    const budgets = [{ metric: 'requests', window: 'day', limit: 3, hard: true }];
    const { key } = await setUp('rotated', { budgets });
    expect((await ask(key.key)).status).toBe(200);
    const rotated = await rotate(key.id, 5);
    const endsAt = Date.parse(rotated.formerTexts[0]?.endsAt ?? '');
    expect((await ask(rotated.key)).status).toBe(200);
    expect((await ask(key.key)).status).toBe(200);
    const spent = [await ask(rotated.key), await ask(key.key)];
    expect(spent.every(({ status }) => status === 402 || status === 429)).toBe(true);
    const former = await eventually(
      'the former text is refused as such',
      async () => ({ ...(await ask(key.key)), at: Date.now() }),
      ({ status }) => status === 401,
    );
    expect(former.code).toBe('invalid_api_key');
    expect(former.at).toBeGreaterThanOrEqual(endsAt);
    expect(former.at).toBeLessThan(endsAt + 1_000);
    expect((await ask(rotated.key)).status).toBe(spent[0]?.status);
  });

  it('are revoked under both texts within a second', async () => {
    const { key } = await setUp('revoked');
    const rotated = await rotate(key.id, 600);
    expect([(await ask(key.key)).status, (await ask(rotated.key)).status]).toEqual([200, 200]);
    await act(key.id, 'revoke');
    const revokedAt = Date.now();
    const late = await Promise.all(
      [key.key, rotated.key].map((text) => refusedAfter(text, revokedAt)),
    );
    expect(Math.max(...late)).toBeLessThan(1_000);
  });

  it('are disabled and enabled within a second', async () => {
    const { key } = await setUp('disabled');
    expect((await ask(key.key)).status).toBe(200);
    await act(key.id, 'disable');
    expect(await refusedAfter(key.key, Date.now())).toBeLessThan(1_000);
    await act(key.id, 'enable');
    await eventually(
      'the key works again',
      () => ask(key.key),
      ({ status }) => status === 200,
      1_000,
    );
  });

  it('expire on time', async () => {
    const expiresAt = Date.now() + 4_000;
    const { key } = await setUp('expiring', { expiresAt: new Date(expiresAt).toISOString() });
    expect((await ask(key.key)).status).toBe(200);
    const after = await refusedAfter(key.key, expiresAt);
    expect(after).toBeGreaterThanOrEqual(0);
    expect(after).toBeLessThan(1_000);
  });

  it('are good from their source ranges alone; the record says why they were refused', async () => {
    const { key, project } = await setUp('sources', {
      sourceRanges: ['192.0.2.0/24', '2001:db8::/32'],
      metadata: { team: 'search' },
    });
    const forged = { 'x-forwarded-for': '192.0.2.1' };
    expect(await ask(key.key, forged)).toEqual({ status: 401, code: 'invalid_api_key' });
    expect((await scene().admin.call('GET', `/api/v1/keys/${key.id}`)).createdBy).toMatch(
      /^admin:/,
    );
    await scene().admin.call('PATCH', `/api/v1/keys/${key.id}`, { sourceRanges: ['127.0.0.0/8'] });
    await eventually(
      'the key works',
      () => ask(key.key),
      ({ status }) => status === 200,
      1_000,
    );
    const requests = await eventually(
      'both outcomes are on record',
      () => requestsOf(key.id, project.id),
      (found) => new Set(found.map(({ code }) => code)).size === 2,
    );
    const refused = requests.filter(({ code }) => code !== null);
    expect(new Set(refused.map(({ failure }) => failure))).toEqual(
      new Set(['auth.key_source_not_allowed']),
    );
    expect(requests.every(({ metadata }) => metadata.team === 'search')).toBe(true);
  });

  it('say when they were used last', async () => {
    const { key } = await setUp('used');
    const path = `/api/v1/keys/${key.id}`;
    expect((await scene().admin.call('GET', path)).lastUsedAt).toBeNull();
    const before = Date.now();
    expect((await ask(key.key)).status).toBe(200);
    const { lastUsedAt } = await eventually(
      'the use is known',
      () => scene().admin.call<{ readonly lastUsedAt?: string | null }>('GET', path),
      (shown) => typeof shown.lastUsedAt === 'string',
    );
    expect(Date.parse(lastUsedAt ?? '')).toBeGreaterThanOrEqual(before);
    expect(Date.parse(lastUsedAt ?? '')).toBeLessThanOrEqual(Date.now());
  });
});
