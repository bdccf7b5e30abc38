import { isRecord, parseJson } from '../json/json-value.ts';
import type { ConnectionParts, Signing } from '../provider.ts';

const FIELDS = ['tenantId', 'clientId', 'clientSecret'] as const;

/**
 * Tokens of Microsoft Entra: the credential is client credentials as JSON, or there is none and `config.entra` says to use
 * the machine's own identity. Null where the credential is a key.
 */
export function entraSigning({ credential, config }: ConnectionParts): Signing | null {
  if (credential === null || credential === '')
    return config.entra === true ? { kind: 'entra', credentials: null } : null;
  const parsed = parseJson(credential);
  if (!isRecord(parsed)) return null;
  const isComplete = FIELDS.every(
    (name) => typeof parsed[name] === 'string' && parsed[name] !== '',
  );
  return isComplete ? { kind: 'entra', credentials: credential } : null;
}
