import { isDialable } from './address-guard.ts';

describe('isDialable', () => {
  it.each(['1.1.1.1', '104.18.7.192', '2606:4700::6810:84e5'])(
    'allows the public %s',
    (address) => {
      expect(isDialable(address, { allowPrivate: false })).toBe(true);
    },
  );

  it.each([
    '127.0.0.1',
    '10.1.2.3',
    '172.31.0.1',
    '192.168.1.1',
    '100.64.0.1',
    '0.0.0.0',
    '::1',
    'fd12::1',
  ])('allows the private %s only where the operator says so', (address) => {
    expect(isDialable(address, { allowPrivate: false })).toBe(false);
    expect(isDialable(address, { allowPrivate: true })).toBe(true);
  });

  it.each([
    '169.254.169.254',
    '168.63.129.16',
    '224.0.0.1',
    '255.255.255.255',
    'fe80::1',
    'ff02::1',
    'fd00:ec2::254',
    '64:ff9b::7f00:1',
    '2002:7f00:1::',
    '::ffff:127.0.0.1',
    '::ffff:1.1.1.1',
    '::127.0.0.1',
    'localhost',
    '',
  ])('never allows %s', (address) => {
    expect(isDialable(address, { allowPrivate: true })).toBe(false);
  });
});
