import { gatewaySettings } from '../src/index.ts';
import { answerWhole, KEY, policy } from './fake-messaging.ts';
import { ASK, type Rig, startRig } from './rig.ts';

const CHAT = '/v1/chat/completions';
const trusted = (text: string) =>
  gatewaySettings.parse({ NATS_URL: 'nats://127.0.0.1:1', TOLLGATE_TRUSTED_PROXIES: text })
    .TOLLGATE_TRUSTED_PROXIES;

describe('source ranges', () => {
  let rig: Rig;
  const startedWith = async (proxies: string): Promise<void> => {
    rig = await startRig({ TOLLGATE_TRUSTED_PROXIES: trusted(proxies) });
    rig.fake.onCall = answerWhole;
  };
  const ask = async (sourceRanges: string[], forwardedFor?: string): Promise<number> => {
    rig.fake.setPolicy(KEY, policy({ sourceRanges }));
    const headers = forwardedFor === undefined ? {} : { 'x-forwarded-for': forwardedFor };
    return (await rig.post(CHAT, ASK, headers)).status;
  };
  afterEach(() => rig.stop());

  it('guarantee that the address of the connection counts, whatever a header says', async () => {
    await startedWith('');
    expect(await ask(['127.0.0.0/8', '::1'])).toBe(200);
    expect(await ask(['192.0.2.0/24'])).toBe(401);
    expect(await ask(['192.0.2.0/24'], '192.0.2.1')).toBe(401);
    expect(await ask(['127.0.0.1', '::1'], '192.0.2.1')).toBe(200);
  });

  it('guarantee that behind a trusted proxy the last forwarded address counts', async () => {
    await startedWith('127.0.0.0/8, ::1');
    expect(await ask(['192.0.2.0/24'], '192.0.2.1')).toBe(200);
    expect(await ask(['2001:db8::/32'], '198.51.100.1, 2001:db8::9')).toBe(200);
    expect(await ask(['192.0.2.0/24'], '192.0.2.1, 198.51.100.1')).toBe(401);
    expect(await ask(['192.0.2.0/24'])).toBe(401);
    expect(await ask(['192.0.2.0/24'], 'nonsense')).toBe(401);
  });

  it('guarantee that models are listed to those alone whom the key lets in', async () => {
    await startedWith('');
    const list = async (sourceRanges: string[]) => {
      rig.fake.setPolicy(KEY, policy({ sourceRanges }));
      const headers = { authorization: `Bearer ${KEY}` };
      return (await fetch(`${rig.url}/v1/models`, { headers })).status;
    };
    expect(await list(['192.0.2.0/24'])).toBe(401);
    expect(await list(['127.0.0.1'])).toBe(200);
  });

  it('guarantee that a start with proxies that are none fails', async () => {
    await startedWith('');
    expect(() => trusted('10.0.0.0/8,proxy.example')).toThrow('CIDR');
    expect(trusted(' 10.0.0.0/8 ,fd00::1')).toHaveLength(2);
  });
});
