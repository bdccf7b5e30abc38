import { TestAdapter } from './support/adapter.ts';
import { candidateOf, contextOf, FakeCall } from './support/fake-call.ts';
import { completion, type FakeUpstream, json, startFakeUpstream } from './support/fake-upstream.ts';

describe('connections of other projects', () => {
  let upstream: FakeUpstream;
  let adapter: TestAdapter;

  beforeEach(async () => {
    upstream = await startFakeUpstream();
    upstream.reply(json(200, completion('here')));
    adapter = new TestAdapter();
    const elsewhere = { projectId: 'prj_2', baseUrl: `${upstream.url}/v1` };
    adapter.connect('aip_foreign', elsewhere);
    adapter.connect('aip_theirs', { ...elsewhere, access: 'platform' });
    adapter.connect('aip_mine', { baseUrl: `${upstream.url}/v1` });
  });

  afterEach(async () => {
    await adapter.stop();
    await upstream.close();
  });

  const call = async (...candidates: Parameters<typeof candidateOf>[]): Promise<FakeCall> => {
    const made = new FakeCall(contextOf(candidates.map((one) => candidateOf(...one))));
    adapter.calls.take(made);
    await made.ended();
    return made;
  };

  it('serve nobody else, whatever a plan says', async () => {
    for (let again = 0; again < 2; again++) {
      const { header } = await call(['aip_foreign']);
      const record = await adapter.recordOf(header.requestId);
      expect(record).toMatchObject({ outcome: 'failed', failure: 'provider.misconfigured' });
    }
    expect(upstream.seen).toEqual([]);
  });

  it("serve everybody where they are the operator's, and the record says so of each attempt", async () => {
    const { header } = await call(
      ['aip_foreign'],
      ['aip_theirs', { access: 'platform' }],
      ['aip_mine'],
    );
    const record = await adapter.recordOf(header.requestId);
    expect(record.attempts).toMatchObject([
      { aiProviderId: 'aip_foreign', code: 'provider.misconfigured' },
      { aiProviderId: 'aip_theirs', code: null, access: 'platform' },
    ]);
    expect(record.attempts[0]).not.toHaveProperty('access');
    const mine = await call(['aip_mine']);
    const { attempts } = await adapter.recordOf(mine.header.requestId);
    expect(attempts[0]).not.toHaveProperty('access');
  });
});
