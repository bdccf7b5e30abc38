import type { ClientRequest } from '@tollgate/providers';
import { PROVIDERS, type StreamDecoder } from '@tollgate/providers';
import { type CallWire, callWire } from '../../src/index.ts';

export function googleWire(
  request: ClientRequest,
  policy: 'strict' | 'lenient' = 'lenient',
): CallWire {
  const baseUrl = 'https://generativelanguage.googleapis.com';
  const connected = PROVIDERS.google.connect({ baseUrl, config: {}, credential: 'key' });
  if (!connected.ok) throw new Error(connected.failure.internal);
  const wire = callWire(connected.value, request, { policy, provider: 'google', nowS: () => 17 });
  if (!wire.ok) throw new Error(wire.failure.message);
  return wire.value;
}

export function eventsOf(...chunks: readonly object[]): Buffer {
  return Buffer.from(chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\r\n\r\n`).join(''));
}

/** What comes out when the bytes come in slices of that size. */
export function feed(
  make: (emit: (bytes: Uint8Array) => void) => StreamDecoder | null | undefined,
  bytes: Buffer,
  size: number = bytes.length,
) {
  const given: Uint8Array[] = [];
  const decoder = make((frames) => given.push(frames));
  if (!decoder) throw new Error('no decoder');
  for (let at = 0; at < bytes.length; at += size)
    decoder.push(Buffer.from(bytes.subarray(at, at + size)));
  decoder.end();
  const { phase, contentType, usage, tail, failure } = decoder;
  const body = Buffer.concat([...given, tail]);
  return { phase, contentType, usage, tail: Buffer.from(tail), body, code: failure?.code ?? null };
}
