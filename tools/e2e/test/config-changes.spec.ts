import { inBothModes } from './in-both-modes.ts';

inBothModes('changes of config', (scene) => {
  const ask = async (key: string, gatewayUrl: string, model?: string) => {
    const response = await fetch(`${gatewayUrl}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        ...(model ? { model } : {}),
        messages: [{ role: 'user', content: 'Hello' }],
      }),
    });
    const body = (await response.json()) as { readonly error?: { readonly code: string } };
    return {
      status: response.status,
      code: body.error?.code,
      model: response.headers.get('x-tollgate-model'),
    };
  };

  it('refuse a revoked key within a second', async () => {
    const { admin, system } = scene();
    const { key } = await admin.setUp(`revoked-${system.mode}`);
    const { gatewayUrl } = system.facts();
    expect((await ask(key.key, gatewayUrl, 'a-instant')).status).toBe(200);
    await admin.call('POST', `/api/v1/keys/${key.id}/revoke`, {});
    const revokedAt = Date.now();
    let answer = await ask(key.key, gatewayUrl, 'a-instant');
    while (answer.status === 200 && Date.now() - revokedAt < 1_000)
      answer = await ask(key.key, gatewayUrl, 'a-instant');
    expect(answer).toMatchObject({ status: 401, code: 'invalid_api_key' });
  });

  it('follow a newly published route within two seconds', async () => {
    const { admin, system } = scene();
    const { key, route, connection } = await admin.setUp(`published-${system.mode}`);
    const { gatewayUrl } = system.facts();
    expect((await ask(key.key, gatewayUrl)).model).toBe('gpt-4o-mini');
    await admin.call('PATCH', `/api/v1/routes/${route.id}`, {
      targets: [{ aiProviderId: connection.id, model: 'new-instant', priority: 0, weight: 1 }],
    });
    expect((await ask(key.key, gatewayUrl)).model).toBe('gpt-4o-mini');
    await admin.call('POST', `/api/v1/routes/${route.id}/publish`, {});
    const publishedAt = Date.now();
    let answer = await ask(key.key, gatewayUrl);
    while (answer.model !== 'new-instant' && Date.now() - publishedAt < 2_000)
      answer = await ask(key.key, gatewayUrl);
    expect(answer.model).toBe('new-instant');
  });

  it('fail over to the next candidate, and say so', async () => {
    const { admin, oracle, system } = scene();
    const { key } = await admin.setUp(`failover-${system.mode}`);
    await oracle.setBehaviour('gpt-4o-mini', { status: 500, times: 2 });
    const project = key.projectId as string;
    const connection = await admin.connect(project, 'second', {});
    const route = await admin.publishRoute(project, 'two', [
      { aiProviderId: connection.id, model: 'gpt-4o-mini' },
      { aiProviderId: connection.id, model: 'reserve-instant', priority: 1 },
    ]);
    const other = await admin.createKey(project, route.id);
    const answer = await ask(other.key, system.facts().gatewayUrl);
    expect(answer).toMatchObject({ status: 200, model: 'reserve-instant' });
  });
});
