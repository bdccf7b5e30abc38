import { failure, type SlotQuota } from '@tollgate/contracts';
import { answerWhole, HEAD, KEY, type PlayedCall, policy } from '../fake-messaging.ts';
import { ASK, type Rig, startRig, until } from '../rig.ts';
import { lendTo } from './lend.ts';
import { slotQuotaOf } from './slot-world.ts';

const ONE = slotQuotaOf('quo_one', 1);
const STREAM = { ...ASK, stream: true };

describe('limits on concurrency', () => {
  const rigs: Rig[] = [];
  const start = async (quotas: readonly SlotQuota[], patienceMs = 1_500): Promise<Rig> => {
    const rig = await startRig({ TOLLGATE_SLOT_PATIENCE_MS: patienceMs });
    rigs.push(rig);
    rig.fake.setPolicy(KEY, policy({ slotQuotas: [...quotas] }));
    rig.fake.slots = lendTo();
    return rig;
  };
  afterEach(async () => {
    for (const rig of rigs.splice(0)) await rig.stop();
  });
  /** Calls stay open until the test ends them. */
  const holdCalls = (rig: Rig): PlayedCall[] => {
    const open: PlayedCall[] = [];
    rig.fake.onCall = (call) => void open.push(call);
    return open;
  };
  const chat = (rig: Rig, body: unknown = ASK): Promise<Response> =>
    rig.post('/v1/chat/completions', body);
  const isFree = async (rig: Rig): Promise<void> => {
    rig.fake.onCall = answerWhole;
    expect((await chat(rig)).status).toBe(200);
  };

  it('let one after the other through without asking again, and never refuse them', async () => {
    const rig = await start([ONE]);
    for (let i = 0; i < 50; i++) expect((await chat(rig)).status).toBe(200);
    expect(rig.fake.slotsAsked.length).toBeLessThan(5);
  });

  it('ask nothing for keys without any', async () => {
    const rig = await start([]);
    expect((await chat(rig)).status).toBe(200);
    expect(rig.fake.slotsAsked).toEqual([]);
  });

  it('let a request wait for the call before it', async () => {
    const rig = await start([ONE], 30_000);
    const open = holdCalls(rig);
    const first = chat(rig);
    await until(() => open.length === 1);
    const second = chat(rig);
    await until(() => rig.fake.slotsAsked.some(({ quotas }) => quotas[0]?.inUse === 1));
    const text = await (await fetch(`${rig.url}/metrics`)).text();
    expect(text).toMatch(/^tollgate_gateway_slot_waiters.* 1$/m);
    expect(rig.fake.calls).toHaveLength(1);
    if (open[0]) answerWhole(open[0]);
    await until(() => open.length === 2);
    if (open[1]) answerWhole(open[1]);
    expect([(await first).status, (await second).status]).toEqual([200, 200]);
  });

  it('answer 429 with the limit and a time when nothing ends soon', async () => {
    const rig = await start([ONE], 50);
    const open = holdCalls(rig);
    const first = chat(rig);
    await until(() => open.length === 1);
    const refused = await chat(rig);
    expect(refused.status).toBe(429);
    expect(refused.headers.get('retry-after')).toBe('1');
    expect(await refused.json()).toMatchObject({
      error: {
        code: 'rate_limit_exceeded',
        message: 'The concurrency limit of this key was met: 1 open at once.',
      },
    });
    expect(rig.fake.records).toMatchObject([
      { outcome: 'refused', failure: 'budget.rate_limited' },
    ]);
    if (open[0]) answerWhole(open[0]);
    expect((await first).status).toBe(200);
  });

  it('free the slot when the provider fails', async () => {
    const rig = await start([ONE]);
    rig.fake.onCall = ({ listener }) =>
      listener.onFailure(failure('provider.server_error', { recorded: true }));
    expect((await chat(rig)).status).toBe(503);
    await isFree(rig);
  });

  it('free the slot when a stream is cut', async () => {
    const rig = await start([ONE]);
    rig.fake.onCall = ({ listener }) => {
      listener.onHead({ ...HEAD, contentType: 'text/event-stream' });
      listener.onData(Buffer.from('data: {}\n\n'));
      listener.onFailure(failure('provider.interrupted', { recorded: true }));
    };
    await (await chat(rig, STREAM)).text();
    await isFree(rig);
  });

  it('free the slot when the client goes, before and within the answer', async () => {
    const rig = await start([ONE], 30_000);
    const open = holdCalls(rig);
    for (const isAnswering of [false, true]) {
      open.length = 0;
      const gone = new AbortController();
      const answer = fetch(`${rig.url}/v1/chat/completions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${KEY}` },
        body: JSON.stringify(STREAM),
        signal: gone.signal,
      }).catch(() => undefined);
      await until(() => open.length === 1);
      if (isAnswering) open[0]?.listener.onHead({ ...HEAD, contentType: 'text/event-stream' });
      gone.abort();
      await answer;
      await until(() => open[0]?.isCancelled === true);
    }
    await isFree(rig);
  });

  it('free the slot of a client that went while it waited', async () => {
    const rig = await start([ONE], 30_000);
    const open = holdCalls(rig);
    const first = chat(rig);
    await until(() => open.length === 1);
    const gone = new AbortController();
    const second = fetch(`${rig.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${KEY}` },
      body: JSON.stringify(ASK),
      signal: gone.signal,
    }).catch(() => undefined);
    await until(() => rig.fake.slotsAsked.some(({ quotas }) => quotas[0]?.inUse === 1));
    gone.abort();
    await second;
    if (open[0]) answerWhole(open[0]);
    expect((await first).status).toBe(200);
    await isFree(rig);
  });

  it('free the slot when the grant is refused', async () => {
    const rig = await start([ONE]);
    const quota = {
      quotaId: 'quo_requests',
      scope: 'key' as const,
      scopeId: 'key_1',
      metric: 'requests' as const,
      window: 'day' as const,
      limit: '1',
      currency: null,
      usdPerUnit: null,
      timezone: 'UTC',
      hard: true,
      alertPct: [],
    };
    rig.fake.setPolicy(KEY, policy({ slotQuotas: [ONE], quotas: [quota] }));
    rig.fake.grant = () => ({
      ok: true,
      value: {
        outcome: 'refused',
        reason: 'exceeded',
        quota: { ...quota, windowId: 'win_1', remaining: '0', resetsAt: null },
        retryAfterMs: null,
      },
    });
    for (let i = 0; i < 3; i++) expect((await chat(rig)).status).toBe(402);
    rig.fake.setPolicy(KEY, policy({ slotQuotas: [ONE] }));
    await isFree(rig);
  });

  it('fail closed while budget is away where they are hard, and only count where they are not', async () => {
    const rig = await start([ONE]);
    rig.fake.slots = () => ({ ok: false, failure: failure('bus.no_responder') });
    const refused = await chat(rig);
    expect(refused.status).toBe(503);
    expect(refused.headers.get('retry-after')).toBe('1');
    expect(await refused.json()).toMatchObject({ error: { code: 'overloaded' } });
    rig.fake.setPolicy(KEY, policy({ slotQuotas: [{ ...ONE, quotaId: 'quo_soft', hard: false }] }));
    const open = holdCalls(rig);
    const all = [chat(rig), chat(rig), chat(rig)];
    await until(() => open.length === 3);
    for (const call of open) answerWhole(call);
    expect((await Promise.all(all)).map(({ status }) => status)).toEqual([200, 200, 200]);
  });

  it('go on with the slots at hand while budget is away', async () => {
    const rig = await start([ONE]);
    expect((await chat(rig)).status).toBe(200);
    rig.fake.slots = () => ({ ok: false, failure: failure('budget.unavailable') });
    for (let i = 0; i < 5; i++) expect((await chat(rig)).status).toBe(200);
  });

  it('show what is leased and filled, and give all of it back at the end', async () => {
    const rig = await start([slotQuotaOf('quo_many', 5)]);
    const open = holdCalls(rig);
    const all = [chat(rig), chat(rig)];
    await until(() => open.length === 2);
    const text = await (await fetch(`${rig.url}/metrics`)).text();
    expect(text).toMatch(/^tollgate_gateway_slots\{state="leased".*\} 2$/m);
    expect(text).toMatch(/^tollgate_gateway_slots\{state="in_use".*\} 2$/m);
    for (const call of open) answerWhole(call);
    await Promise.all(all);
    await rig.stop();
    rigs.length = 0;
    expect(rig.fake.slotsAsked.at(-1)?.quotas).toMatchObject([{ inUse: 0, keeps: 0 }]);
  });
});
