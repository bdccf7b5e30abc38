import { fail, failure, type Failure, type Result, succeed } from '@tollgate/contracts';
import type { AwsCredentials, Signing } from '@tollgate/providers';
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
  /** Whether connections without a credential may act as the machine that this runs on. */
  readonly allowMachine: boolean;
}

type Signed = Result<readonly string[], Failure>;

/** Signs requests as AWS, Google and Microsoft Entra want them. */
export class RequestSigners implements RequestSigner {
  private readonly client: IdentityClient;
  private readonly aws: AwsKeySource;
  private readonly google: GoogleTokens;
  private readonly entra: EntraTokens;
  private readonly clock: Clock;
  private readonly allowMachine: boolean;

  constructor({ connect, clock, environment, allowMachine }: RequestSignersOptions) {
    this.clock = clock;
    this.allowMachine = allowMachine;
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
    if (!this.allowMachine && isMachine(signing)) return fail(NOT_ALLOWED);
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

const NOT_ALLOWED = failure('provider.misconfigured', {
  internal: 'it has no credential, and TOLLGATE_ALLOW_MACHINE_CREDENTIALS is not set',
});

/** Whoever may make a connection would else act as the gateway's own machine, in its role and with its files. */
function isMachine(signing: Signing): boolean {
  switch (signing.kind) {
    case 'google':
      return signing.serviceAccount === null;
    case 'entra':
      return signing.credentials === null;
    case 'aws':
      return isMachineOfAws(signing.credentials);
  }
}

function isMachineOfAws(credentials: AwsCredentials): boolean {
  if (credentials.kind === 'assume-role') return isMachineOfAws(credentials.source);
  return credentials.kind !== 'static';
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
