import { configKeys, type Failure, failure, type KeyPolicy, keyPolicy } from '@tollgate/contracts';
import type { ConfigReader } from '@tollgate/messaging';
import { judgeKey, type KeyStanding } from '../domain/key-standing.ts';
import type { RequestHead } from '../domain/request-head.ts';

export interface AuthenticatorOptions {
  readonly config: Pick<ConfigReader, 'peek' | 'read'>;
  /** SHA-256 in hex. */
  readonly hashKey: (text: string) => string;
  readonly now: () => number;
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

  authenticate(head: RequestHead, then: Authentication): void {
    const { config, hashKey, onRefused } = this.options;
    if (head.keyText === null) {
      const reason = head.keyFailure ?? failure('auth.missing_api_key');
      onRefused(reason.code === 'auth.missing_api_key' ? 'missing' : 'malformed');
      return then.onRefused(reason, null);
    }
    const key = configKeys.keyPolicy(hashKey(head.keyText));
    const known = config.peek(key, keyPolicy);
    if (known !== undefined) return this.judge(known, then);
    config.read(key, keyPolicy).then(
      (policy) => this.judge(policy, then),
      () => {
        onRefused('unavailable');
        then.onRefused(failure('bus.disconnected'), null);
      },
    );
  }

  private judge(policy: KeyPolicy | null, then: Authentication): void {
    const standing = judgeKey(policy, this.options.now());
    if (standing === 'good' && policy !== null) return then.onKnown(policy);
    this.options.onRefused(standing);
    then.onRefused(failure('auth.invalid_api_key', { internal: standing }), policy);
  }
}
