import { type AddressRange, parseAddress, parseRange } from '@tollgate/contracts';
import { policy } from '../../../test/fake-messaging.ts';
import { clientAddress, isSourceAllowed } from './client-address.ts';

const trusted = ['10.0.0.0/8', 'fd00::/8'].map((text): AddressRange => {
  const range = parseRange(text);
  if (range === null) throw new Error(text);
  return range;
});
const from = (remoteAddress: string | undefined, forwardedFor: string | null = null) => ({
  peer: { remoteAddress },
  forwardedFor,
});

describe("the client's address", () => {
  it.each([
    ['203.0.113.9', null, '203.0.113.9'],
    ['203.0.113.9', '192.0.2.1', '203.0.113.9'],
    ['::ffff:203.0.113.9', '192.0.2.1', '203.0.113.9'],
    ['10.0.0.1', null, '10.0.0.1'],
    ['10.0.0.1', '192.0.2.1', '192.0.2.1'],
    ['::ffff:10.0.0.1', '192.0.2.1', '192.0.2.1'],
    ['10.0.0.1', '198.51.100.7, 192.0.2.1', '192.0.2.1'],
    ['10.0.0.1', '198.51.100.7,192.0.2.1 , 10.1.1.1', '192.0.2.1'],
    ['fd00::1', '[2001:db8::7]:443', '2001:db8::7'],
    ['10.0.0.1', '192.0.2.1:5122', '192.0.2.1'],
    ['10.0.0.1', '10.0.0.3, 10.0.0.2', '10.0.0.3'],
    ['10.0.0.1', '192.0.2.1, unknown', null],
    ['10.0.0.1', '192.0.2.1,', null],
    ['10.0.0.1', '', null],
    [undefined, '192.0.2.1', null],
  ])('at %s with x-forwarded-for %j is %s', (remote, forwarded, expected) => {
    const address = clientAddress(from(remote, forwarded), trusted);
    expect(address).toEqual(expected === null ? null : parseAddress(expected));
  });

  it('is not forwarded by anybody where no proxy is trusted', () => {
    const address = clientAddress(from('10.0.0.1', '192.0.2.1'), []);
    expect(address).toEqual(parseAddress('10.0.0.1'));
  });
});

describe('the source ranges of a key', () => {
  const allows = (sourceRanges: string[] | null | undefined, remote?: string) =>
    isSourceAllowed(policy({ sourceRanges }), from(remote), []);

  it('let in who is in one of them', () => {
    expect(allows(['192.0.2.0/24', '2001:db8::/32'], '192.0.2.77')).toBe(true);
    expect(allows(['192.0.2.0/24', '2001:db8::/32'], '2001:db8::5')).toBe(true);
    expect(allows(['192.0.2.0/24', '2001:db8::/32'], '192.0.3.1')).toBe(false);
  });

  it('let in everybody where there are none, and nobody whose address is not known', () => {
    expect(allows(null)).toBe(true);
    expect(allows(undefined)).toBe(true);
    expect(allows(['0.0.0.0/0'])).toBe(false);
    expect(allows(['nonsense'], '192.0.2.1')).toBe(false);
  });
});
