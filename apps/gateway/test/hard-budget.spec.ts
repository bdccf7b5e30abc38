import {
  failure,
  type GrantRequest,
  type QuotaDefinition,
  type QuotaState,
} from '@tollgate/contracts';
import { answerWhole, grantOf, KEY, plan, policy } from './fake-messaging.ts';
import { ASK, type Rig, startRig } from './rig.ts';

const CHAT = '/v1/chat/completions';
const MONEY: QuotaDefinition = {
  quotaId: 'quo_money',
  scope: 'key',
  scopeId: 'key_1',
  metric: 'cost',
  window: 'month',
  limit: '1000000000000',
  currency: 'USD',
  usdPerUnit: '1',
  timezone: 'UTC',
  hard: true,
  alertPct: [],
};
/** 1 and 2 USD a million tokens, as the plan's candidate asks. */
const INPUT = 1_000_000n;
const OUTPUT = 2_000_000n;
const ASK_BYTES = BigInt(JSON.stringify(ASK).length);

describe('a hard budget', () => {
  let rig: Rig;
  let left = 0n;
  const asks = () => rig.fake.grantsTaken as readonly GrantRequest[];

  beforeAll(async () => {
    rig = await startRig();
    rig.fake.grant = () => {
      const { need } = asks().at(-1) ?? { need: { costPicoUsd: '0', tokens: 0, requests: 0 } };
      if (BigInt(need.costPicoUsd) <= left) {
        left -= BigInt(need.costPicoUsd);
        return grantOf(need);
      }
      const { limit, quotaId, metric, window, hard } = MONEY;
      const state = { windowId: 'win_1', remaining: left.toString(), resetsAt: null };
      const quota: QuotaState = { quotaId, metric, window, hard, limit, ...state };
      const refused = { outcome: 'refused', reason: 'exceeded', quota, retryAfterMs: null };
      return { ok: true, value: refused };
    };
  });
  afterAll(() => rig.stop());
  beforeEach(() => {
    rig.fake.grantsTaken.length = 0;
    rig.fake.calls.length = 0;
    rig.fake.onCall = answerWhole;
    rig.fake.answerPlan = () => ({ ok: true, value: { outcome: 'planned', plan: plan() } });
    // Another policy is another holder: nothing of the last test is remembered.
    rig.fake.setPolicy(KEY, policy({ quotas: [MONEY] }));
    rig.fake.changeConfig(null);
  });

  it('shortens the answer to what is left, says so, and sends the cap', async () => {
    left = ASK_BYTES * INPUT + 300n * OUTPUT + OUTPUT - 1n;
    const response = await rig.post(CHAT, ASK);
    expect(response.status).toBe(200);
    expect(response.headers.get('x-tollgate-max-tokens')).toBe('300');
    expect(rig.fake.calls[0]?.header).toMatchObject({
      outputCap: 300,
      reserved: { inputTokens: Number(ASK_BYTES), outputTokens: 300 },
    });
    expect(left).toBe(OUTPUT - 1n);
  });

  it('refuses when not even the smallest useful answer is covered', async () => {
    left = ASK_BYTES * INPUT + 256n * OUTPUT - 1n;
    const response = await rig.post(CHAT, ASK);
    expect(response.status).toBe(402);
    expect(await response.json()).toMatchObject({ error: { code: 'budget_exceeded' } });
    expect(rig.fake.calls).toEqual([]);
    // Whoever owns the budget is told.
    expect(rig.fake.records.at(-1)).toMatchObject({ outcome: 'refused', spentWindowId: 'win_1' });
  });

  it('never shortens an answer whose length the caller named', async () => {
    left = ASK_BYTES * INPUT + 300n * OUTPUT;
    const response = await rig.post(CHAT, { ...ASK, max_tokens: 1_000 });
    expect(response.status).toBe(402);
    expect(asks()).toHaveLength(1);
  });

  it('refuses tools that a provider runs as often as it likes, before anything is drawn', async () => {
    left = 10n ** 15n;
    const response = await rig.post('/v1/responses', {
      input: 'hi',
      tools: [{ type: 'web_search' }],
    });
    expect(response.status).toBe(402);
    expect(await response.json()).toMatchObject({
      error: { code: 'budget_exceeded', message: expect.stringContaining('max_tool_calls') },
    });
    expect(asks()).toEqual([]);
    const limited = { input: 'hi', max_tool_calls: 2, tools: [{ type: 'web_search' }] };
    expect((await rig.post('/v1/responses', limited)).status).toBe(200);
  });

  it('guesses no more than was drawn when the adapter is lost', async () => {
    const ask = { ...ASK, stream: true };
    left = BigInt(JSON.stringify(ask).length) * INPUT + 256n * OUTPUT;
    rig.fake.onCall = ({ listener }) => {
      listener.onHead({
        status: 200,
        contentType: 'text/event-stream',
        provider: 'openai',
        model: 'gpt-4o-mini',
        attempts: 1,
        costUsd: null,
      });
      listener.onData(Buffer.alloc(200 * 1_000, 'x'));
      listener.onFailure(failure('bus.peer_lost'));
    };
    const response = await rig.post(CHAT, ask);
    await response.text();
    const record = rig.fake.records.at(-1);
    expect(record).toMatchObject({ usageSource: 'estimated', usage: { outputTokens: 256 } });
    expect(BigInt(record?.costPicoUsd ?? '0')).toBeLessThanOrEqual(
      BigInt(record?.draw?.amounts.costPicoUsd ?? '0'),
    );
  });

  it("tells routing the policy's price for models that have none", async () => {
    const defaultPrice = { inputPerMTok: '5', outputPerMTok: '9' };
    rig.fake.setPolicy(KEY, policy({ quotas: [MONEY], defaultPrice }));
    rig.fake.changeConfig(null);
    left = 10n ** 15n;
    expect((await rig.post(CHAT, ASK)).status).toBe(200);
    expect(rig.fake.planRequests.at(-1)).toMatchObject({ needsPrice: true, defaultPrice });
  });
});
