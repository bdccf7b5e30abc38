import fc from 'fast-check';
import { hasFailed, spotFailures } from './spot-failures.ts';

const OUTCOMES = ['completed', 'refused', 'failed', 'interrupted', 'cancelled'] as const;

const recordOf = (changes: object) => ({
  id: 'req_1',
  projectId: 'prj_1',
  keyId: 'key_1',
  routeId: 'rte_1',
  startedAt: 0,
  modelAsked: null,
  aiProviderId: '',
  provider: '',
  model: '',
  outcome: 'completed',
  status: 200,
  code: null,
  failure: null,
  attempts: [],
  timings: { authMs: 0, planMs: 0, grantMs: 0, providerMs: 0, ttftMs: null, totalMs: 1 },
  ...changes,
});

const idsIn = (...lines: string[]) =>
  spotFailures(Buffer.from(lines.join('\n'))).map(({ id }) => id);

describe('spotFailures', () => {
  it('finds those that failed at the provider or on the way, and refusals for want of one', () => {
    expect(
      OUTCOMES.flatMap((outcome) =>
        [402, 503].filter((status) => hasFailed({ outcome, status })).map((at) => [outcome, at]),
      ),
    ).toEqual([
      ['refused', 503],
      ['failed', 402],
      ['failed', 503],
      ['interrupted', 402],
      ['interrupted', 503],
    ]);
  });

  it('passes over lines that are no records', () => {
    const failed = JSON.stringify(recordOf({ outcome: 'failed' }));
    expect(idsIn('', '{"outcome":"failed"', '{"outcome":"failed"}', failed, '')).toEqual(['req_1']);
  });

  it('finds exactly what parsing every line would, whatever callers write into their texts', () => {
    const tricky = fc.oneof(
      fc.string(),
      fc.constantFrom('"outcome":"completed"', 'completed', 'failed', '\\"outcome":"failed"', '\n'),
    );
    const metadata = fc.dictionary(fc.constantFrom('outcome', 'status', 'a'), tricky);
    const record = fc.record({
      id: fc.uuid(),
      modelAsked: tricky,
      outcome: fc.constantFrom(...OUTCOMES),
      status: fc.constantFrom(200, 402, 502),
      metadata,
    });
    fc.assert(
      fc.property(fc.array(record), fc.boolean(), (changes, isMetadataFirst) => {
        const records = changes.map((one) => ({
          ...(isMetadataFirst ? { metadata: one.metadata } : {}),
          ...recordOf(one),
        }));
        const lines = records.map((one) => JSON.stringify(one));
        const expected = changes.filter(hasFailed).map(({ id }) => id);
        expect(idsIn(...lines)).toEqual(expected);
      }),
    );
  });
});
