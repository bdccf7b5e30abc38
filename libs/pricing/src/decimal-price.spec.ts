import fc from 'fast-check';
import { picoUsdOf } from './decimal-price.ts';

describe('a decimal price', () => {
  it.each<[string | number, bigint]>([
    ['0', 0n],
    ['0.15', 150_000_000_000n],
    [0.15, 150_000_000_000n],
    ['15', 15_000_000_000_000n],
    [0.003625, 3_625_000_000n],
    [1e-7, 100_000n],
    ['1e+3', 1_000_000_000_000_000n],
    ['0.000000000001', 1n],
  ])('guarantees that %p is read exactly', (price, picoUsd) => {
    expect(picoUsdOf(price)).toBe(picoUsd);
  });

  it('guarantees that digits past the twelfth decimal round up', () => {
    expect(picoUsdOf('0.0000000000001')).toBe(1n);
    expect(picoUsdOf(0.08333333333333334)).toBe(83_333_333_334n);
  });

  it.each(['', '-1', '1,5', 'NaN', '0x10', '1e999999', ' 1', '.5', '1.'])(
    'guarantees that %p is refused',
    (text) => {
      expect(() => picoUsdOf(text)).toThrow(RangeError);
    },
  );

  it('guarantees that text and number agree with integer arithmetic, for any whole number of pico-USD', () => {
    fc.assert(
      fc.property(fc.bigInt(0n, 10n ** 15n), (picoUsd) => {
        const digits = picoUsd.toString().padStart(13, '0');
        const text = `${digits.slice(0, -12)}.${digits.slice(-12)}`;
        expect(picoUsdOf(text)).toBe(picoUsd);
        expect(picoUsdOf(Number(text))).toBe(picoUsd);
      }),
    );
  });
});
