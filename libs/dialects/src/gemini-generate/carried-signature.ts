import { type Opaque, readOpaque, carryOpaque, type ReasoningPart } from '@tollgate/neutral';

/** What a reasoning part is besides its text, so that another vendor's comes back as it was. */
export type Thought = Pick<ReasoningPart, 'signature' | 'id' | 'isSummary' | 'isRedacted'>;

const MARK = 'tg1.';
/** How base64 of the mark begins. */
const MARKED = /^dGcx[LM]/;

/**
 * The text for `thoughtSignature`: Google's own unchanged; another vendor's in base64, since Google's SDKs for some
 * languages decode the field.
 */
export function carrySignature(signature: Opaque): string {
  if (signature.wire === 'gemini') return signature.value;
  return Buffer.from(carryOpaque(signature, 'gemini')).toString('base64');
}

export function readSignature(text: string): Opaque {
  if (!MARKED.test(text)) return { wire: 'gemini', value: text };
  const decoded = Buffer.from(text, 'base64').toString();
  const opaque = readOpaque(decoded, 'gemini');
  return opaque.wire === 'gemini' ? { wire: 'gemini', value: text } : opaque;
}

/** As `carrySignature`, with what else makes up the thought of another vendor. Undefined when there is nothing to carry. */
export function carryThought({
  signature,
  id,
  isSummary,
  isRedacted,
}: Thought): string | undefined {
  if (signature === undefined) return undefined;
  const isPlain = id === undefined && !isSummary && !isRedacted;
  if (signature.wire === 'gemini' || isPlain) return carrySignature(signature);
  const json = JSON.stringify({ ...signature, id, isSummary, isRedacted });
  return Buffer.from(`${MARK}{${json.slice(1)}`).toString('base64');
}

export function readThought(text: string): Thought {
  const decoded = MARKED.test(text) ? Buffer.from(text, 'base64').toString() : '';
  const carried = decoded.startsWith(`${MARK}{`) ? parse(decoded.slice(MARK.length)) : undefined;
  if (!carried) return { signature: readSignature(text) };
  const { wire, value, id, isSummary, isRedacted } = carried;
  if (typeof wire !== 'string' || typeof value !== 'string')
    return { signature: readSignature(text) };
  return {
    signature: readOpaque(`${MARK}${wire}.${value}`, 'gemini'),
    ...(typeof id === 'string' ? { id } : {}),
    ...(isSummary === true ? { isSummary } : {}),
    ...(isRedacted === true ? { isRedacted } : {}),
  };
}

function parse(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null
      ? Object.fromEntries(Object.entries(value))
      : undefined;
  } catch {
    return undefined;
  }
}
