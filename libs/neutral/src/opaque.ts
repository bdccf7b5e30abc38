import { type Wire, WIRES } from './media.ts';

/**
 * What a vendor made for itself and wants back unchanged on the next turn: a thinking signature, a thought signature,
 * encrypted reasoning. Only its own wire can read it; the others carry it.
 */
export interface Opaque {
  readonly wire: Wire;
  readonly value: string;
}

const FOREIGN = /^tg1\.([a-z-]+)\.([\s\S]*)$/;

/** The text that carries it in a field of this wire: its own value unchanged, another's with its origin before it. */
export function carryOpaque(opaque: Opaque, on: Wire): string {
  return opaque.wire === on ? opaque.value : `tg1.${opaque.wire}.${opaque.value}`;
}

/** Reads what `carryOpaque` wrote. A text without an origin is the wire's own. */
export function readOpaque(text: string, on: Wire): Opaque {
  const found = FOREIGN.exec(text);
  const wire = WIRES.find((name) => name === found?.[1]);
  return found && wire ? { wire, value: found[2] ?? '' } : { wire: on, value: text };
}
