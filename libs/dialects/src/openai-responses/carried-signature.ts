import { carryOpaque, type Opaque, readOpaque } from '@tollgate/neutral';

/**
 * Signatures that another vendor put on a tool call or on a text. Items of this dialect have no field for them, so they
 * travel in the `encrypted_content` of a reasoning item without text, which clients send back as it is.
 */
export type CarriedSignature =
  | { readonly of: 'call'; readonly callId: string; readonly signature: Opaque }
  | { readonly of: 'text'; readonly signature: Opaque };

const CARRIED = /^tg1(call|text)\.([A-Za-z0-9_-]*)\.([\s\S]*)$/;

export function carrySignature(carried: CarriedSignature): string {
  const callId = carried.of === 'call' ? Buffer.from(carried.callId).toString('base64url') : '';
  return `tg1${carried.of}.${callId}.${carryOpaque(carried.signature, 'openai-responses')}`;
}

/** Undefined for the encrypted content of a reasoning item proper. */
export function readCarriedSignature(text: string): CarriedSignature | undefined {
  const found = CARRIED.exec(text);
  if (!found) return undefined;
  const [, of, callId = '', carried = ''] = found;
  const signature = readOpaque(carried, 'openai-responses');
  if (of === 'text') return { of, signature };
  return { of: 'call', callId: Buffer.from(callId, 'base64url').toString(), signature };
}

/** The carrier's item id holds it too: clients that count on stored items send nothing but ids back. */
export function carrierId(carried: CarriedSignature): string {
  return `${CARRIER_ID}${Buffer.from(carrySignature(carried)).toString('base64url')}`;
}

/** Undefined for any other id. */
export function readCarrierId(id: string): CarriedSignature | undefined {
  if (!id.startsWith(CARRIER_ID)) return undefined;
  return readCarriedSignature(Buffer.from(id.slice(CARRIER_ID.length), 'base64url').toString());
}

const CARRIER_ID = 'rs_tg1_';
