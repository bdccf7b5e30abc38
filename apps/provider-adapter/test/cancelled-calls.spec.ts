import { readFileSync } from 'node:fs';
import path from 'node:path';
import { type RequestRecord, succeed } from '@tollgate/contracts';
import { TestAdapter } from './support/adapter.ts';
import { candidateOf, contextOf, FakeCall } from './support/fake-call.ts';
import { type FakeUpstream, startFakeUpstream } from './support/fake-upstream.ts';
import { BEGINNINGS, type Beginning, beginsWith } from './support/first-words.ts';

const PAGE = readFileSync(path.resolve(__dirname, '../cancelled-calls.md'), 'utf8');
const signer = {
  sign: () => Promise.resolve(succeed([])),
  close: () => Promise.resolve(),
};
/** What the gateway estimates of the prompt. */
const ESTIMATE = 900;

describe('a call that its caller cancels', () => {
  let upstream: FakeUpstream;
  let adapter: TestAdapter;

  beforeAll(async () => {
    upstream = await startFakeUpstream();
    adapter = new TestAdapter({ signer });
  });
  afterAll(async () => {
    await adapter.stop();
    await upstream.close();
  });

  const callOf = (
    beginning: Beginning,
    reserved?: { inputTokens: number; outputTokens: number },
  ) => {
    const { provider, wire, dialect, config = {}, body, target } = beginning;
    const aiProviderId = `aip_${provider}_${wire.replace(/\W/g, '_')}`;
    adapter.connect(aiProviderId, { provider, config, baseUrl: upstream.url });
    const candidate = candidateOf(aiProviderId, { provider, model: 'm' });
    return new FakeCall(
      contextOf([candidate], { retry: { ...contextOf([]).retry, attempts: 1 } }),
      {
        dialect,
        stream: true,
        modelAsked: 'm',
        inputTokensEstimate: ESTIMATE,
        ...(target === undefined ? {} : { target }),
        ...(reserved === undefined ? {} : { reserved }),
      },
      JSON.stringify(body),
    );
  };
  const cancelled = async (beginning: Beginning, call = callOf(beginning)) => {
    upstream.reply(beginsWith(beginning, 'hangs'));
    adapter.calls.take(call);
    await call.until(() => call.text().includes('quick') || call.failure() !== undefined);
    call.cancel();
    return adapter.recordOf(call.header.requestId);
  };
  const broken = async (beginning: Beginning) => {
    const call = callOf(beginning);
    upstream.reply(beginsWith(beginning, 'breaks'));
    adapter.calls.take(call);
    await call.ended();
    return adapter.recordOf(call.header.requestId);
  };

  it.each(BEGINNINGS.map((one) => [`${one.provider}, ${one.wire}`, one] as const))(
    'is settled as the page says: %s',
    async (_, beginning) => {
      const record = await cancelled(beginning);
      expect(record).toMatchObject({ outcome: 'cancelled', attempts: [{ code: 'client.closed' }] });
      expect(record.usage.outputTokens).toBeGreaterThan(0);
      expect(record.costPicoUsd).toBe(String(costOf(record)));
      const row = `| ${beginning.provider} | ${beginning.wire} | ${saidOf(record)} | ${settledOf(record)} |`;
      expect(PAGE).toContain(row);
    },
  );

  it.each(BEGINNINGS.map((one) => [`${one.provider}, ${one.wire}`, one] as const))(
    'is settled as one whose stream broke off: %s',
    async (_, beginning) => {
      const [left, right] = [await cancelled(beginning), await broken(beginning)];
      expect(right.outcome).toBe('interrupted');
      const { usage, usageSource, costPicoUsd } = left;
      expect(right).toMatchObject({ usage, usageSource, costPicoUsd });
    },
  );

  it('is listed on the page for every wire, and for no other', () => {
    const rows = PAGE.split('\n').filter((line) =>
      /^\| [a-z]+ \| .*`(?:estimated|partial)`/.test(line),
    );
    expect(rows).toHaveLength(BEGINNINGS.length);
  });

  it('is charged no more than it drew where what it used is a guess', async () => {
    const [beginning] = BEGINNINGS;
    if (!beginning) throw new Error('a beginning');
    const reserved = { inputTokens: 1_000, outputTokens: 1 };
    const record = await cancelled(beginning, callOf(beginning, reserved));
    expect(record.usage).toMatchObject({ inputTokens: ESTIMATE, outputTokens: 1 });
  });
});

/** At the prices of the test's candidates: 1 and 2 USD a million tokens. */
function costOf({ usage }: RequestRecord): number {
  return usage.inputTokens * 1_000_000 + usage.outputTokens * 2_000_000;
}

function saidOf({ usageSource }: RequestRecord): string {
  return usageSource === 'partial' ? 'the prompt, and the answer so far' : 'nothing';
}

function settledOf({ usage, usageSource }: RequestRecord): string {
  if (usageSource !== 'partial') {
    expect(usage.inputTokens).toBe(ESTIMATE);
    return 'the estimated prompt, and what was relayed: `estimated`';
  }
  expect(usage.inputTokens).toBe(250);
  return 'what it said, or what was relayed if that is more: `partial`';
}
