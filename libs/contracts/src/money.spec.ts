import fc from 'fast-check';
import { decodePicoUsd, encodePicoUsd, formatUsd, parseUsd } from './money.ts';

describe('money', () => {
  it.each([
    ['0', 0n],
    ['12.5', 12_500_000_000_000n],
    ['0.00000015', 150_000n],
    ['-1.000000000001', -1_000_000_000_001n],
    ['3.1000000000000000', 3_100_000_000_000n],
  ])('reads %s exactly', (text, pico) => {
    expect(parseUsd(text)).toBe(pico);
  });

  it.each(['', '1e3', '1,5', '0.0000000000001', 'NaN', '1.', '.5', '0x10'])(
    'refuses %p',
    (text) => {
      expect(parseUsd(text)).toBeUndefined();
    },
  );

  it('writes what it reads, and reads what it writes', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 29n), max: 10n ** 29n }), (pico) => {
        expect(parseUsd(formatUsd(pico))).toBe(pico);
        expect(decodePicoUsd(encodePicoUsd(pico))).toBe(pico);
      }),
    );
  });

  it('takes nothing but integers off the wire', () => {
    for (const text of ['1.5', '', '1e9', ' 1', '9'.repeat(37)])
      expect(decodePicoUsd(text)).toBeUndefined();
  });
});
