import { fail, failure, type Failure, type Result, succeed } from '@tollgate/contracts';
import type { Signing } from '@tollgate/providers';
import type { buildConnector } from 'undici';
import type { Clock } from '../../application/ports.ts';
import type { RequestSigner, UnsignedRequest } from '../../application/request-signer.ts';
import { type AwsKeys, AwsKeySource } from './aws-credentials.ts';
import { awsSignature } from './aws-signature.ts';
import { CredentialCache } from './credential-cache.ts';
import { type AzureEnvironment, EntraTokens } from './entra-tokens.ts';
import { GoogleTokens } from './google-tokens.ts';
import { IdentityClient } from './identity-client.ts';

export interface RequestSignersOptions {
  /** Dials identity providers; guarded. */
  readonly connect: buildConnector.connector;
  readonly clock: Clock;
  /** Where Azure says who the machine is. */
  readonly environment: AzureEnvironment;
}

type Signed = Result<readonly string[], Failure>;

/** Signs requests as AWS, Google and Microsoft Entra want them. */
export class RequestSigners implements RequestSigner {
  private readonly client: IdentityClient;
  private readonly aws: AwsKeySource;
  private readonly google: GoogleTokens;
  private readonly entra: EntraTokens;
  private readonly clock: Clock;

  constructor({ connect, clock, environment }: RequestSignersOptions) {
    this.clock = clock;
    this.client = new IdentityClient(connect);
    this.aws = new AwsKeySource(new CredentialCache<AwsKeys>(clock), this.client);
    const tokens = new CredentialCache<string>(clock);
    this.google = new GoogleTokens(tokens, this.client, clock.epochMs);
    this.entra = new EntraTokens(tokens, this.client, environment, clock.epochMs);
  }

  sign(signing: Signing, request: UnsignedRequest, signal: AbortSignal): Promise<Signed> {
    return unlessAborted(this.signNow(signing, request), signal);
  }

  close(): Promise<void> {
    return this.client.close();
  }

  private async signNow(signing: Signing, request: UnsignedRequest): Promise<Signed> {
    switch (signing.kind) {
      case 'google':
        return asBearer(await this.google.token(signing.serviceAccount));
      case 'entra':
        return asBearer(await this.entra.token(signing.credentials));
      case 'aws': {
        const keys = await this.aws.keys(signing.credentials, signing.region);
        if (!keys.ok) return keys;
        const { region, service } = signing;
        const scope = { region, service };
        return succeed(await awsSignature(request, keys.value, scope, this.clock.epochMs()));
      }
    }
  }
}

function asBearer(token: Result<string, Failure>): Signed {
  return token.ok ? succeed(['authorization', `Bearer ${token.value}`]) : token;
}

/** Settles at once when nobody waits any more. A bug in signing is a failure of its own, not a rejection. */
function unlessAborted(work: Promise<Signed>, signal: AbortSignal): Promise<Signed> {
  return new Promise((resolve) => {
    const settle = (signed: Signed): void => {
      signal.removeEventListener('abort', onAbort);
      resolve(signed);
    };
    const onAbort = (): void => settle(fail(failure('client.closed')));
    signal.addEventListener('abort', onAbort);
    if (signal.aborted) onAbort();
    work.then(settle, (error: unknown) => {
      const internal = `signing failed: ${error instanceof Error ? error.name : typeof error}`;
      settle(fail(failure('gateway.internal', { internal })));
    });
  });
}
