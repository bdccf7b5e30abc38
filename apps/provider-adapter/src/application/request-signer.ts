import type { Failure, Result } from '@tollgate/contracts';
import type { Signing } from '@tollgate/providers';

/** A request as it will be sent. What is signed must not change afterwards. */
export interface UnsignedRequest {
  /** Scheme, host and port. */
  readonly origin: string;
  readonly method: 'GET' | 'POST';
  /** With query. */
  readonly path: string;
  /** Names and values in turn. */
  readonly headers: readonly string[];
  readonly body: Uint8Array | null;
}

/**
 * Puts on requests what needs IO: a fetched token, or a signature over the request. Safe for concurrent use: of many
 * calls with one credential, one alone fetches it.
 */
export interface RequestSigner {
  /**
   * The headers to add, names and values in turn. Fails with `provider.rejected_credentials` when the identity
   * provider refuses the credential, `provider.misconfigured` when the credential is incomplete or its endpoint may not be
   * dialled, `provider.unreachable` or `provider.timeout` when it cannot be asked. Never throws.
   * @param signal the caller is gone: the promise settles at once, what is being fetched goes on for others
   */
  sign(
    signing: Signing,
    request: UnsignedRequest,
    signal: AbortSignal,
  ): Promise<Result<readonly string[], Failure>>;
  close(): Promise<void>;
}
