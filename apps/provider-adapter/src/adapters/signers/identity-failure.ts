import { type Failure, type FailureCode, failure } from '@tollgate/contracts';
import { ForbiddenAddressError } from '@tollgate/outbound';

/**
 * What an error of an identity provider, or of the library that asks it, means. None of its text leaves the log, and there
 * only the error's name stands: messages may repeat what was sent.
 */
export function identityFailure(who: string, error: unknown): Failure {
  const code = classify(error);
  return failure(code, { internal: `${who}: ${nameOf(error)}` });
}

/** What a status of an identity provider means. @param name its own word for it */
export function refusedIdentity(who: string, status: number, name: string): Failure {
  return failure(byStatus(status), { internal: `${who}: HTTP ${status} ${shortName(name)}` });
}

function classify(error: unknown): FailureCode {
  for (const { name, code, status, isForbidden } of causesOf(error)) {
    if (isForbidden) return 'provider.misconfigured';
    if (TIMED_OUT.test(name) || TIMED_OUT.test(code)) return 'provider.timeout';
    if (status !== undefined) return byStatus(status);
    if (NOT_REACHED.test(code)) return 'provider.unreachable';
  }
  // What is left has not asked anybody: a key that is none, a file that is missing, no identity on this machine.
  return 'provider.misconfigured';
}

function byStatus(status: number): FailureCode {
  if (status === 408 || status === 504) return 'provider.timeout';
  if (status === 429 || status >= 500) return 'provider.unreachable';
  return 'provider.rejected_credentials';
}

const TIMED_OUT = /timeout|^AbortError$/i;
const NOT_REACHED =
  /^(ECONN|EPIPE|ENOTFOUND|EAI_|EHOST|ENET|UND_ERR|ERR_TLS|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO)/;

interface Cause {
  readonly name: string;
  readonly code: string;
  readonly status: number | undefined;
  readonly isForbidden: boolean;
}

/** The error and what stands behind it. */
function causesOf(error: unknown): readonly Cause[] {
  const causes: Cause[] = [];
  for (let next = error; isObject(next) && causes.length < 8; next = Reflect.get(next, 'cause'))
    causes.push({
      name: textIn(next, 'name'),
      code: textIn(next, 'code'),
      status: statusOf(next),
      isForbidden: next instanceof ForbiddenAddressError,
    });
  return causes;
}

/** AWS: `$metadata.httpStatusCode`; Google: `response.status`. */
function statusOf(error: object): number | undefined {
  return (
    numberIn(Reflect.get(error, '$metadata'), 'httpStatusCode') ??
    numberIn(Reflect.get(error, 'response'), 'status')
  );
}

function numberIn(value: unknown, key: string): number | undefined {
  const found: unknown = isObject(value) ? Reflect.get(value, key) : undefined;
  return typeof found === 'number' ? found : undefined;
}

function textIn(value: object, key: string): string {
  const found: unknown = Reflect.get(value, key);
  return typeof found === 'string' ? found : '';
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function nameOf(error: unknown): string {
  return causesOf(error)
    .map(({ name, code }) => `${shortName(name)} ${shortName(code)}`.trim())
    .join(' < ');
}

function shortName(name: string): string {
  return /^[\w.-]{1,64}$/.test(name) ? name : '';
}
