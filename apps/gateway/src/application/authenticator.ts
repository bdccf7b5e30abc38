import {
  type AddressRange,
  configKeys,
  type Failure,
  failure,
  type KeyPolicy,
  keyPolicy,
} from '@tollgate/contracts';
import type { ConfigReader } from '@tollgate/messaging';
import { judgeKey, type KeyStanding, STANDING_FAILURES } from '../domain/keys/key-standing.ts';
import type { RequestSource } from '../domain/request/client-address.ts';
import type { RequestHead } from '../domain/request/request-head.ts';

export interface AuthenticatorOptions {
  readonly config: Pick<ConfigReader, 'peek' | 'read'>;
  /** SHA-256 in hex. */
  readonly hashKey: (text: string) => string;
  readonly now: () => number;
  /** Whose `x-forwarded-for` is believed. */
  readonly trustedProxies: readonly AddressRange[];
  readonly onRefused: (reason: KeyStanding | 'missing' | 'malformed' | 'unavailable') => void;
}

export interface Authentication {
  onKnown(policy: KeyPolicy): void;
  /** `policy` where the key is known but not good: the refusal is recorded under it. */
  onRefused(reason: Failure, policy: KeyPolicy | null): void;
}

/** Finds the policy of a request's key: at once where the cache has it, else from the config store. */
export class Authenticator {
  constructor(private readonly options: AuthenticatorOptions) {}

  authenticate(head: RequestHead, peer: RequestSource['peer'], then: Authentication): void {
    const { config, hashKey, onRefused } = this.options;
    if (head.keyText === null) {
      const reason = head.keyFailure ?? failure('auth.missing_api_key');
      onRefused(reason.code === 'auth.missing_api_key' ? 'missing' : 'malformed');
      return then.onRefused(reason, null);
    }
    const key = configKeys.keyPolicy(hashKey(head.keyText));
    const known = config.peek(key, keyPolicy);
    const source = { peer, forwardedFor: head.forwardedFor };
    if (known !== undefined) return this.judge(known, source, then);
    config.read(key, keyPolicy).then(
      (policy) => this.judge(policy, source, then),
      () => {
        onRefused('unavailable');
        then.onRefused(failure('bus.disconnected'), null);
      },
    );
  }

  private judge(policy: KeyPolicy | null, source: RequestSource, then: Authentication): void {
    const { now, trustedProxies } = this.options;
    const standing = judgeKey(policy, now(), source, trustedProxies);
    if (standing === 'good') return policy === null ? undefined : then.onKnown(policy);
    this.options.onRefused(standing);
    then.onRefused(failure(STANDING_FAILURES[standing]), policy);
  }
}
