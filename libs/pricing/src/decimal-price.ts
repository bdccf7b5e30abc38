const DECIMAL = /^(\d+)(?:\.(\d+))?(?:e([+-]\d{1,3}))?$/;
const DECIMALS = 12;

/**
 * Reads a price in USD as pico-USD, from decimal text ("0.15") or a number's shortest decimal form, never through
 * floating-point multiplication. Digits past the twelfth decimal round up: no price is ever understated.
 * @throws RangeError when it is no such decimal: prices are validated where they enter.
 */
export function picoUsdOf(price: string | number): bigint {
  const match = DECIMAL.exec(String(price));
  if (!match) throw new RangeError(`Not a price: ${JSON.stringify(price)}`);
  const [, whole = '0', fraction = '', exponent = '0'] = match;
  const shift = DECIMALS - fraction.length + Number(exponent);
  const digits = BigInt(whole + fraction);
  return shift >= 0 ? digits * 10n ** BigInt(shift) : ceilDivide(digits, 10n ** BigInt(-shift));
}

/** `numerator / denominator` rounded up, for operands that are not negative. */
export function ceilDivide(numerator: bigint, denominator: bigint): bigint {
  return (numerator + denominator - 1n) / denominator;
}
