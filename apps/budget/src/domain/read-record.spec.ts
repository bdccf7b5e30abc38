import fc from 'fast-check';
import { type Attempt, requestRecord } from '@tollgate/contracts';
import { recordOf } from '../../test/ledger-fixture.ts';
import { readRecord } from './read-record.ts';

const read = (record: unknown) => readRecord(JSON.stringify(record), 7);

describe('readRecord', () => {
  it('reads what settlement needs', () => {
    const amounts = { costPicoUsd: '5000', tokens: 50, requests: 1 };
    const record = recordOf({ draw: { grantId: 'grt_1', amounts }, costPicoUsd: '400' });
    expect(read(record)).toMatchObject({
      requestId: record.id,
      grantId: 'grt_1',
      drawCost: '5000',
      drawTokens: 50,
      drawRequests: 1,
      cost: '400',
      tokens: 15,
      requests: 1,
      streamSequence: 7,
      entries: [{ provider: 'openai', cost: '400', inputTokens: 10, outputTokens: 5, code: null }],
    });
  });

  it('counts a request only when a provider was called', () => {
    const usage = { ...recordOf().usage, inputTokens: 0, outputTokens: 0 };
    const refused = { attempts: [], usage, costPicoUsd: '0' };
    expect(read(recordOf(refused))).toMatchObject({ requests: 0, entries: [] });
    const lost = recordOf({ ...refused, costPicoUsd: '12', recordedBy: 'gateway' });
    expect(read(lost)).toMatchObject({ requests: 1, entries: [{ cost: '12' }] });
  });

  it('tells apart what connections of platform access used, and counts no failure of theirs', () => {
    const [own] = recordOf().attempts;
    if (!own) throw new Error('one attempt');
    const failed = { ...own, code: 'provider.overloaded', usage: null, costPicoUsd: '0' };
    const platform = { access: 'platform' as const };
    const use = (...attempts: Attempt[]) => read(recordOf({ attempts, costPicoUsd: '700' }));
    const none = { cost: '0', tokens: 0, requests: 0 };
    expect(use(own)).toMatchObject({ platform: none });
    expect(use({ ...failed, ...platform }, own)).toMatchObject({ requests: 1, platform: none });
    expect(use({ ...own, ...platform, costPicoUsd: '300' }, own)).toMatchObject({
      cost: '700',
      platform: { cost: '300', tokens: 15, requests: 1 },
    });
    const lost = { attempts: [], costPicoUsd: '12', ...platform };
    expect(read(recordOf(lost))).toMatchObject({
      platform: { cost: '12', tokens: 15, requests: 1 },
    });
  });

  it('never throws, and never reads what the schema would refuse in a field that it uses', () => {
    const record = recordOf({
      draw: { grantId: 'g', amounts: { costPicoUsd: '1', tokens: 1, requests: 1 } },
    });
    const used = [
      'id',
      'organizationId',
      'projectId',
      'keyId',
      'costPicoUsd',
      'usage',
      'draw',
      'attempts',
      'startedAt',
    ] as const;
    fc.assert(
      fc.property(fc.constantFrom(...used), fc.jsonValue(), (field, value) => {
        const changed = { ...record, [field]: value };
        const row = read(changed);
        if (!('reason' in row)) expect(requestRecord.safeParse(changed).success).toBe(true);
        else expect(row.reason).not.toBe('');
      }),
      { numRuns: 500 },
    );
  });

  it('names what is wrong', () => {
    expect(readRecord('{', 1)).toEqual({ reason: 'not JSON' });
    expect(read({ ...recordOf(), costPicoUsd: -1 })).toMatchObject({
      reason: expect.stringContaining('costPicoUsd'),
    });
    expect(read({ ...recordOf(), model: 'a\0b' })).toMatchObject({
      reason: expect.stringContaining('larger'),
    });
    expect(read(null)).toMatchObject({ reason: expect.stringContaining('record') });
  });
});
