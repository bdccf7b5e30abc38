import fc from 'fast-check';
import { isInRange, parseAddress, parseRange } from './address-range.ts';

const contains = (range: string, address: string): boolean => {
  const [one, other] = [parseRange(range), parseAddress(address)];
  if (one === null || other === null) throw new Error(`${range} or ${address} does not parse`);
  return isInRange(other, one);
};

describe('address ranges', () => {
  it.each([
    ['10.0.0.0/8', '10.255.1.2', true],
    ['10.0.0.0/8', '11.0.0.0', false],
    ['192.0.2.7', '192.0.2.7', true],
    ['192.0.2.7', '192.0.2.8', false],
    ['0.0.0.0/0', '255.255.255.255', true],
    ['0.0.0.0/0', '::1', false],
    ['::/0', '1.2.3.4', false],
    ['::/0', '2001:db8::1', true],
    ['2001:db8::/33', '2001:db8:7fff::', true],
    ['2001:db8::/33', '2001:db8:8000::', false],
    ['10.0.0.0/8', '::ffff:10.1.2.3', true],
    ['10.0.0.0/8', '::FFFF:0a01:203', true],
    ['::ffff:10.0.0.0/104', '10.1.2.3', true],
    ['::ffff:0:0/96', '10.1.2.3', true],
    ['fe80::/10', 'fe80::1%eth0', true],
    ['1:2:3:4:5:6:7:8', '1:2:3:4:5:6:0.7.0.8', true],
  ])('tell of %s whether it holds %s: %s', (range, address, expected) => {
    expect(contains(range, address)).toBe(expected);
  });

  it.each([
    '',
    '10',
    '10.0.0',
    '010.0.0.1',
    '0x0a.0.0.1',
    '256.0.0.1',
    '10.0.0.1/8',
    '10.0.0.0/33',
    '10.0.0.0/08',
    '10.0.0.0/-1',
    '10.0.0.0/',
    '10.0.0.0/8/8',
    ' 10.0.0.0/8',
    ':::',
    '1::2::3',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4:5:6:7::8',
    '12345::',
    '::1.2.3',
    '1.2.3.4::',
    '::/129',
    'fe80::%eth0/10',
    'localhost',
  ])('refuse %j', (text) => {
    expect(parseRange(text)).toBeNull();
  });

  it('hold exactly the addresses that share their first bits', () => {
    const octets = fc.array(fc.integer({ min: 0, max: 255 }), { minLength: 4, maxLength: 4 });
    fc.assert(
      fc.property(octets, octets, fc.integer({ min: 0, max: 32 }), (one, other, prefix) => {
        const bitsOf = (list: number[]): string =>
          list.map((octet) => octet.toString(2).padStart(8, '0')).join('');
        const kept = bitsOf(one).slice(0, prefix).padEnd(32, '0');
        const base = [0, 8, 16, 24].map((at) => Number.parseInt(kept.slice(at, at + 8), 2));
        const shares = bitsOf(other).startsWith(bitsOf(one).slice(0, prefix));
        expect(contains(`${base.join('.')}/${prefix}`, other.join('.'))).toBe(shares);
      }),
    );
  });
});
