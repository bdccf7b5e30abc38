import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Refusal } from './refusal.ts';

/** Credentials that start so are refused; any other text is accepted. */
const refusedPrefix = 'invalid';

const mostHashes = 1_000;
const hashes = new Map<string, string>();

/** Where vendors other than OpenAI look for a key: Azure, Anthropic, Google. */
const keyHeaders = ['api-key', 'x-api-key', 'x-goog-api-key'] as const;

/** The credential of `Authorization: Bearer`, of a vendor's own header, or AWS's access key id; null without one. */
export function credentialOf(request: IncomingMessage): string | null {
  const authorization = request.headers.authorization;
  if (authorization !== undefined) {
    const token = /^bearer +(\S.*)$/i.exec(authorization)?.[1];
    if (token !== undefined) return token;
    const awsKeyId = /^AWS4-HMAC-SHA256 Credential=([^/,\s]+)\//.exec(authorization)?.[1];
    if (awsKeyId !== undefined) return awsKeyId;
  }
  for (const name of keyHeaders) {
    const apiKey = request.headers[name];
    if (typeof apiKey === 'string' && apiKey !== '') return apiKey;
  }
  return null;
}

export function refuseCredential(credential: string | null): Refusal | null {
  if (credential === null) {
    return {
      status: 401,
      message: "You didn't provide an API key in an Authorization header using Bearer auth.",
      type: 'invalid_request_error',
      param: null,
      code: null,
    };
  }
  if (!credential.startsWith(refusedPrefix)) return null;
  return {
    status: 401,
    message: `Incorrect API key provided: ${masked(credential)}.`,
    type: 'invalid_request_error',
    param: null,
    code: 'invalid_api_key',
  };
}

/** The first 12 hexadecimal digits of the SHA-256; the last thousand credentials are remembered. */
export function credentialHash(credential: string | null): string | null {
  if (credential === null) return null;
  const known = hashes.get(credential);
  if (known !== undefined) return known;
  const hash = createHash('sha256').update(credential).digest('hex').slice(0, 12);
  if (hashes.size >= mostHashes) hashes.clear();
  hashes.set(credential, hash);
  return hash;
}

/** As OpenAI does: the two ends, stars between. A gateway must not pass even this on. */
function masked(credential: string): string {
  return `${credential.slice(0, 7)}${'*'.repeat(8)}${credential.slice(-4)}`;
}
