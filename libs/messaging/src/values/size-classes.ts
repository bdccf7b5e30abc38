/** Values of one size: how many of them an owner may have. */
export interface SizeClass {
  readonly name: string;
  readonly maxBytes: number;
  readonly keep: number;
}

const KIB = 1024;

/** JetStream trims by number, so a bound in bytes takes classes: 128 MiB of each for one owner. */
export const SIZE_CLASSES: readonly SizeClass[] = [
  { name: 's', maxBytes: 8 * KIB, keep: 16_384 },
  { name: 'm', maxBytes: 64 * KIB, keep: 2_048 },
  { name: 'l', maxBytes: 512 * KIB, keep: 256 },
];

/** The smallest that takes so many bytes; undefined when none does. */
export function sizeClassOf(
  bytes: number,
  classes: readonly SizeClass[] = SIZE_CLASSES,
): SizeClass | undefined {
  return classes.find(({ maxBytes }) => bytes <= maxBytes);
}
