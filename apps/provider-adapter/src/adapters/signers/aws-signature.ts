import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto';
import type { UnsignedRequest } from '../../application/request-signer.ts';
import type { AwsKeys } from './aws-credentials.ts';

export interface AwsScope {
  readonly region: string;
  readonly service: string;
}

/** Sent by the connection itself, or changed on the way: they are not part of the signature. */
const UNSIGNED = new Set(['accept-encoding', 'connection', 'transfer-encoding']);

/** The headers of an AWS Signature Version 4 over the request, by AWS's own package. @param nowMs since the epoch */
export async function awsSignature(
  request: UnsignedRequest,
  keys: AwsKeys,
  scope: AwsScope,
  nowMs: number,
): Promise<readonly string[]> {
  const { SignatureV4 } = await import('@smithy/signature-v4');
  const signer = new SignatureV4({
    ...scope,
    credentials: keys,
    sha256: Sha256,
    // A header that only S3 wants; the body is part of the signature without it.
    applyChecksum: false,
  });
  const url = new URL(request.origin);
  const [path = '/', query = ''] = splitAt(request.path, '?');
  const given = { ...headersOf(request.headers), host: url.host };
  const signed = await signer.sign(
    {
      method: request.method,
      protocol: url.protocol,
      hostname: url.hostname,
      path,
      query: queryOf(query),
      headers: given,
      body: request.body ?? '',
    },
    { signingDate: new Date(nowMs) },
  );
  return Object.entries(signed.headers).flatMap(([name, value]) =>
    Object.hasOwn(given, name) ? [] : [name, value],
  );
}

function headersOf(headers: readonly string[]): Record<string, string> {
  const named: Record<string, string> = {};
  for (let at = 0; at + 1 < headers.length; at += 2) {
    const name = headers[at]?.toLowerCase() ?? '';
    if (!UNSIGNED.has(name)) named[name] = headers[at + 1] ?? '';
  }
  return named;
}

/** As it is sent: a URL would tidy it up. */
function splitAt(text: string, mark: string): readonly string[] {
  const at = text.indexOf(mark);
  return at === -1 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

function queryOf(text: string): Record<string, string[]> {
  const query: Record<string, string[]> = {};
  for (const [name, value] of new URLSearchParams(text)) (query[name] ??= []).push(value);
  return query;
}

/** The platform's SHA-256: many times faster over images than one in JavaScript. */
class Sha256 {
  private hash: Hash | Hmac;

  constructor(private readonly secret?: string | ArrayBuffer | ArrayBufferView) {
    this.hash = this.begin();
  }

  update(data: string | ArrayBuffer | ArrayBufferView): void {
    this.hash.update(bytesOf(data));
  }

  digest(): Promise<Uint8Array> {
    return Promise.resolve(this.hash.digest());
  }

  reset(): void {
    this.hash = this.begin();
  }

  private begin(): Hash | Hmac {
    return this.secret === undefined
      ? createHash('sha256')
      : createHmac('sha256', bytesOf(this.secret));
  }
}

function bytesOf(data: string | ArrayBuffer | ArrayBufferView): Buffer {
  if (typeof data === 'string') return Buffer.from(data);
  return ArrayBuffer.isView(data)
    ? Buffer.from(data.buffer, data.byteOffset, data.byteLength)
    : Buffer.from(data);
}
