/** Money is an integer number of pico-USD (1e-12 USD): a bigint in memory, a decimal string of that integer on the wire. */
export type PicoUsd = bigint;

export const PICO_PER_USD = 1_000_000_000_000n;

const AMOUNT = /^(-?)(\d{1,18})(?:\.(\d{1,12})0*)?$/;
const INTEGER = /^-?\d{1,36}$/;

/**
 * Reads a decimal amount of a currency unit ("12.5") as pico-units, exactly.
 * Answers undefined for anything that is not such an amount, or has more than 12 significant decimals.
 */
export function parseUsd(text: string): PicoUsd | undefined {
  const match = AMOUNT.exec(text.trim());
  if (!match) return undefined;
  const [, sign, whole = '0', fraction = ''] = match;
  const pico = BigInt(whole) * PICO_PER_USD + BigInt(fraction.padEnd(12, '0'));
  return sign === '-' ? -pico : pico;
}

/** Writes pico-USD as the shortest exact decimal number of dollars, e.g. `150000n` as "0.00000015". */
export function formatUsd(pico: PicoUsd): string {
  const negative = pico < 0n;
  const digits = (negative ? -pico : pico).toString().padStart(13, '0');
  const whole = digits.slice(0, -12);
  const fraction = digits.slice(-12).replace(/0+$/, '');
  return `${negative ? '-' : ''}${whole}${fraction ? `.${fraction}` : ''}`;
}

/** Reads pico-USD off the wire. Answers undefined for anything but a decimal integer. */
export function decodePicoUsd(text: string): PicoUsd | undefined {
  return INTEGER.test(text) ? BigInt(text) : undefined;
}

/** Writes pico-USD for the wire. */
export function encodePicoUsd(pico: PicoUsd): string {
  return pico.toString();
}
