import { NO_USAGE } from '@tollgate/contracts';
import { makeShop } from './make-shop.ts';
import { useControlPlane } from './use-control-plane.ts';

const USAGE = 'tollgate.trace.usage.v1';
const REQUESTS = 'tollgate.trace.requests.v1';

describe('usage', () => {
  const { call, bus } = useControlPlane();

  it('is asked of trace-ingest for one tenant', async () => {
    const shop = await makeShop(call);
    expect((await call('GET', '/api/v1/usage')).status).toBe(503);
    bus.answers.set(USAGE, { outcome: 'found', rows: [], truncated: false });
    const answer = await call(
      'GET',
      '/api/v1/usage?groupBy=model,key&from=2026-11-01T00:00:00Z&to=2026-11-02T00:00:00%2B01:00&interval=hour',
    );
    expect(answer.body).toMatchObject({ data: [], truncated: false });
    expect(bus.questions.at(-1)?.question).toEqual({
      organizationId: shop.organizationId,
      projectId: null,
      groupBy: ['model', 'key'],
      from: Date.parse('2026-11-01T00:00:00Z'),
      to: Date.parse('2026-11-01T23:00:00Z'),
      interval: 'hour',
    });
    const wrong = [
      'groupBy=colour',
      'from=yesterday',
      'interval=week',
      'from=2030-01-01T00:00:00Z',
    ];
    for (const query of wrong)
      expect((await call('GET', `/api/v1/usage?${query}`)).status).toBe(400);
    bus.answers.set(USAGE, { outcome: 'unavailable' });
    expect((await call('GET', '/api/v1/usage')).status).toBe(503);
  });

  it('shows one request by its id, or a 404', async () => {
    await makeShop(call);
    bus.answers.set(REQUESTS, { outcome: 'found', requests: [], nextCursor: null });
    expect((await call('GET', '/api/v1/requests/req_1')).status).toBe(404);
    bus.answers.set(REQUESTS, { outcome: 'found', requests: [view], nextCursor: null });
    const one = await call('GET', '/api/v1/requests/req_1');
    expect(one.body).toEqual(view);
    const several = await call('GET', '/api/v1/requests?limit=5');
    expect(several.status).toBe(400);
    expect(several.body.errors[0].field).toBe('organizationId');
  });
});

const view = {
  id: 'req_1',
  projectId: 'prj_1',
  keyId: 'key_1',
  routeId: 'rte_1',
  startedAt: '2026-11-01T00:00:00.000Z',
  status: 200,
  outcome: 'succeeded',
  code: null,
  operation: 'chat',
  dialect: 'openai-chat',
  stream: false,
  strategy: 'priority',
  modelAsked: null,
  provider: 'custom',
  model: 'm-1',
  aiProviderId: 'aip_1',
  usage: NO_USAGE,
  usageSource: 'provider',
  costUsd: '0.00000015',
  priceVersion: 'v',
  unpriced: false,
  attempts: [],
  timings: { totalMs: 5, ttftMs: null },
  finishReason: 'stop',
  metadata: {},
  endUser: null,
  traceparent: '',
  clientRequestId: null,
  droppedParams: [],
  recordedBy: 'adapter',
};
