import type { Candidate, RequestSlotQuota, Selector } from '@tollgate/contracts';
import { answerWhole, HEAD, KEY, type PlayedCall, plan, policy } from '../fake-messaging.ts';
import { ASK, type Rig, startRig, until } from '../rig.ts';
import { lendTo } from './lend.ts';

const [TEMPLATE] = plan().candidates;
if (!TEMPLATE) throw new Error('a candidate');
const FIRST: Candidate = { ...TEMPLATE, aiProviderId: 'aip_first', model: 'gpt-5' };
const SECOND: Candidate = {
  ...TEMPLATE,
  aiProviderId: 'aip_second',
  provider: 'anthropic',
  model: 'claude-haiku-4-5',
};

const limit = (selector: Selector, most = 1): RequestSlotQuota => ({
  quotaId: `quo_${selector.by}`,
  scope: 'project',
  scopeId: 'prj_1',
  limit: most,
  hard: true,
  selector,
});
const EACH_PROVIDER = limit({ by: 'provider', match: null });
const candidatesOf = (call: PlayedCall | undefined) =>
  call?.context.candidates.map(({ aiProviderId }) => aiProviderId);

describe('limits on concurrency that select requests', () => {
  const rigs: Rig[] = [];
  const start = async (quota: RequestSlotQuota, candidates = [FIRST, SECOND]): Promise<Rig> => {
    const rig = await startRig({ TOLLGATE_SLOT_PATIENCE_MS: 300 });
    rigs.push(rig);
    rig.fake.setPolicy(KEY, policy({ requestSlotQuotas: [quota] }));
    rig.fake.answerPlan = () => ({
      ok: true,
      value: { outcome: 'planned', plan: plan({ candidates }) },
    });
    rig.fake.slots = lendTo();
    return rig;
  };
  afterEach(async () => {
    for (const rig of rigs.splice(0)) await rig.stop();
  });
  const chat = (rig: Rig, body: object = {}): Promise<Response> =>
    rig.post('/v1/chat/completions', { ...ASK, ...body });

  it('count each end user for itself', async () => {
    const rig = await start(limit({ by: 'end_user', match: null }));
    const open: PlayedCall[] = [];
    rig.fake.onCall = (call) => void open.push(call);
    const answers = [chat(rig, { user: 'ada' }), chat(rig, { user: 'bob' }), chat(rig)];
    await until(() => open.length === 3);
    expect((await chat(rig, { user: 'ada' })).status).toBe(429);
    for (const call of open) answerWhole(call);
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([200, 200, 200]);
  });

  it('keep a slot of all who may still answer, and of those alone who do once that is known', async () => {
    const rig = await start(EACH_PROVIDER);
    const open: PlayedCall[] = [];
    rig.fake.onCall = (call) => void open.push(call);
    const first = chat(rig, { stream: true });
    await until(() => open.length === 1);
    expect(candidatesOf(open[0])).toEqual(['aip_first', 'aip_second']);
    expect((await chat(rig)).status).toBe(429);
    open[0]?.listener.onHead({ ...HEAD, provider: 'openai', model: 'gpt-5' });

    const second = chat(rig);
    await until(() => open.length === 2);
    expect(candidatesOf(open[1])).toEqual(['aip_second']);
    expect(open[1]?.context.excluded).toMatchObject([
      { aiProviderId: 'aip_first', reason: 'limit_met' },
    ]);
    for (const call of open) {
      if (call !== open[0])
        call.listener.onHead({ ...HEAD, provider: 'anthropic', model: SECOND.model });
      call.listener.onEnd({ recorded: true });
    }
    await (await first).text();
    expect((await second).status).toBe(200);
    rig.fake.onCall = (call) => {
      open.push(call);
      answerWhole(call);
    };
    expect((await chat(rig)).status).toBe(200);
    expect(candidatesOf(open[2])).toEqual(['aip_first', 'aip_second']);
  });

  it('keep a slot of all to the end where a cut stream may go on at another', async () => {
    const rig = await start(EACH_PROVIDER);
    rig.fake.answerPlan = () => ({
      ok: true,
      value: {
        outcome: 'planned',
        plan: plan({ candidates: [FIRST, SECOND], continueOnCut: true }),
      },
    });
    const open: PlayedCall[] = [];
    rig.fake.onCall = (call) => void open.push(call);
    const first = chat(rig, { stream: true });
    await until(() => open.length === 1);
    open[0]?.listener.onHead({ ...HEAD, provider: 'openai', model: 'gpt-5' });
    await first;
    expect((await chat(rig)).status).toBe(429);
    open[0]?.listener.onEnd({ recorded: true });
  });

  it('wait for a limit of all of them, though one of some was asked about first', async () => {
    const rig = await start(limit({ by: 'provider', match: 'openai' }, 5));
    const key = {
      quotaId: 'quo_key',
      scope: 'key',
      scopeId: 'key_1',
      limit: 1,
      hard: true,
    } as const;
    rig.fake.setPolicy(
      KEY,
      policy({
        slotQuotas: [key],
        requestSlotQuotas: [limit({ by: 'provider', match: 'openai' }, 5)],
      }),
    );
    const open: PlayedCall[] = [];
    rig.fake.onCall = (call) => void open.push(call);
    const first = chat(rig);
    await until(() => open.length === 1);
    const refused = await chat(rig);
    expect(refused.status).toBe(429);
    expect(await refused.json()).toMatchObject({
      error: { message: 'The concurrency limit of this key was met: 1 open at once.' },
    });
    if (open[0]) answerWhole(open[0]);
    expect((await first).status).toBe(200);
  });
});
