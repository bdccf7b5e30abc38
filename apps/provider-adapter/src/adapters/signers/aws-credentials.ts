import { type Failure, type Result, succeed } from '@tollgate/contracts';
import type { AwsCredentials } from '@tollgate/providers';
import type { CredentialCache, Lent } from './credential-cache.ts';
import type { IdentityClient } from './identity-client.ts';
import { identityFailure } from './identity-failure.ts';

export interface AwsKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** Where the keys for a signature come from. AWS's packages are loaded when the first connection needs them. */
export class AwsKeySource {
  constructor(
    private readonly cache: CredentialCache<AwsKeys>,
    private readonly client: IdentityClient,
  ) {}

  keys(
    credentials: AwsCredentials,
    region: string,
  ): Result<AwsKeys, Failure> | Promise<Result<AwsKeys, Failure>> {
    if (credentials.kind === 'static') return succeed(credentials);
    const key = `aws ${region} ${JSON.stringify(credentials)}`;
    return this.cache.get(key, () => this.lend(credentials, region));
  }

  private async lend(
    credentials: AwsCredentials,
    region: string,
  ): Promise<Result<Lent<AwsKeys>, Failure>> {
    try {
      const provide = await this.provider(credentials, region);
      const { accessKeyId, secretAccessKey, sessionToken, expiration } = await provide();
      const value = {
        accessKeyId,
        secretAccessKey,
        ...(sessionToken === undefined ? {} : { sessionToken }),
      };
      return succeed({ value, expiresAtMs: expiration?.getTime() ?? Number.POSITIVE_INFINITY });
    } catch (error) {
      return { ok: false, failure: identityFailure(`AWS ${credentials.kind}`, error) };
    }
  }

  private async provider(credentials: AwsCredentials, region: string): Promise<AwsProvider> {
    const aws = await import('@aws-sdk/credential-providers');
    const clientConfig = {
      region,
      maxAttempts: 2,
      requestHandler: { handle: this.client.handleAws.bind(this.client) },
    };
    switch (credentials.kind) {
      case 'static':
        return () => Promise.resolve(credentials);
      case 'machine':
        return aws.fromNodeProviderChain({ clientConfig });
      case 'web-identity':
        return aws.fromTokenFile({
          roleArn: credentials.roleArn,
          webIdentityTokenFile: credentials.tokenFile,
          roleSessionName: SESSION_NAME,
          clientConfig,
        });
      case 'assume-role': {
        const { roleArn, externalId, source } = credentials;
        const external = externalId === undefined ? {} : { ExternalId: externalId };
        return aws.fromTemporaryCredentials({
          masterCredentials: await this.provider(source, region),
          params: { RoleArn: roleArn, RoleSessionName: SESSION_NAME, ...external },
          clientConfig,
        });
      }
    }
  }
}

/** What AWS's log of calls shows as the session. */
const SESSION_NAME = 'tollgate';

type AwsProvider = () => Promise<AwsKeys & { readonly expiration?: Date }>;
