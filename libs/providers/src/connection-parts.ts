import { fail, failure, type Failure, type Result, succeed } from '@tollgate/contracts';
import type { ConnectionParts } from './provider.ts';

/** Printable ASCII without spaces, as keys are. */
const HEADER_VALUE = /^[\x21-\x7e]{0,8192}$/;

/** The base URL and a credential that is safe in a header; fails with `provider.misconfigured` when one is not usable. */
export function readConnectionParts(
  parts: ConnectionParts,
  credentialRequired: boolean,
): Result<{ readonly url: URL; readonly basePath: string }, Failure> {
  const url = parseBaseUrl(parts.baseUrl);
  if (!url) return misconfigured('the base URL is not an http(s) URL');
  if (credentialRequired && !parts.credential) return misconfigured('no credential');
  if (parts.credential !== null && !HEADER_VALUE.test(parts.credential))
    return misconfigured('the credential cannot stand in a header');
  return succeed({ url, basePath: url.pathname.replace(/\/+$/, '') });
}

/** An http(s) URL without a user or a password in it. */
export function parseBaseUrl(text: string): URL | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  const isHttp = url.protocol === 'https:' || url.protocol === 'http:';
  return isHttp && url.username === '' && url.password === '' ? url : undefined;
}

function misconfigured(internal: string): { readonly ok: false; readonly failure: Failure } {
  return fail(failure('provider.misconfigured', { internal }));
}
