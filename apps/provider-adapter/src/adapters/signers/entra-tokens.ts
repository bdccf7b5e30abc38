import { readFile } from 'node:fs/promises';
import { fail, failure, type Failure, type Result, succeed } from '@tollgate/contracts';
import { request } from 'undici';
import { z } from 'zod';
import type { CredentialCache, Lent } from './credential-cache.ts';
import type { IdentityAnswer, IdentityClient } from './identity-client.ts';
import { identityFailure, refusedIdentity } from './identity-failure.ts';

const RESOURCE = 'https://cognitiveservices.azure.com';
const SCOPE = `${RESOURCE}/.default`;
const AUTHORITY = 'https://login.microsoftonline.com';
/** The address of every Azure machine's own identity service: no host name, so nothing can be steered. */
const MACHINE_IDENTITY = 'http://169.254.169.254/metadata/identity/oauth2/token';
const MACHINE_TIMEOUT_MS = 3_000;
const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/** What stands between slashes of the token endpoint. */
const tenantId = z.string().regex(/^[A-Za-z0-9.-]{1,128}$/);

const clientCredentials = z.object({
  tenantId,
  clientId: z.string().min(1),
  clientSecret: z.string().min(1),
});

const tokenAnswer = z.object({
  access_token: z.string().min(1),
  /** Seconds; the machine's own identity service writes them as text. */
  expires_in: z.coerce.number().positive().max(604_800),
});

const errorAnswer = z.object({ error: z.string() });

/** Who the machine is, in the environment variables that Azure sets. */
export interface AzureEnvironment {
  readonly AZURE_TENANT_ID?: string | undefined;
  readonly AZURE_CLIENT_ID?: string | undefined;
  readonly AZURE_FEDERATED_TOKEN_FILE?: string | undefined;
  readonly IDENTITY_ENDPOINT?: string | undefined;
  readonly IDENTITY_HEADER?: string | undefined;
}

/**
 * Access tokens of Microsoft Entra's. One POST of the OAuth client-credentials grant, so no library of Microsoft's: theirs
 * bring an HTTP client of their own, past the guard of outbound addresses.
 */
export class EntraTokens {
  constructor(
    private readonly cache: CredentialCache<string>,
    private readonly client: IdentityClient,
    private readonly environment: AzureEnvironment,
    private readonly nowMs: () => number,
  ) {}

  /** @param credentials JSON with `tenantId`, `clientId`, `clientSecret`; null for the machine's own identity */
  token(credentials: string | null): Result<string, Failure> | Promise<Result<string, Failure>> {
    return this.cache.get(`entra ${credentials ?? ''}`, () =>
      credentials === null ? this.lendOwn() : this.lendClient(credentials),
    );
  }

  private async lendClient(json: string): Promise<Result<Lent<string>, Failure>> {
    const read = clientCredentials.safeParse(parse(json));
    if (!read.success) {
      const internal = 'the credential is not JSON with tenantId, clientId and clientSecret';
      return fail(failure('provider.misconfigured', { internal }));
    }
    const { tenantId: tenant, clientId, clientSecret } = read.data;
    return this.lend(() => this.ask(tenant, clientId, { client_secret: clientSecret }));
  }

  /** Workload identity (a token in a file), else the identity service of App Service or of the machine. */
  private lendOwn(): Promise<Result<Lent<string>, Failure>> {
    const { AZURE_FEDERATED_TOKEN_FILE: file, AZURE_CLIENT_ID: clientId } = this.environment;
    const tenant = tenantId.safeParse(this.environment.AZURE_TENANT_ID);
    if (file === undefined || clientId === undefined || !tenant.success)
      return this.lend(() => this.askMachine(clientId));
    return this.lend(async () =>
      this.ask(tenant.data, clientId, {
        client_assertion_type: ASSERTION_TYPE,
        client_assertion: (await readFile(file, 'utf8')).trim(),
      }),
    );
  }

  private ask(
    tenant: string,
    clientId: string,
    proof: Readonly<Record<string, string>>,
  ): Promise<IdentityAnswer> {
    return this.client.postForm(`${AUTHORITY}/${tenant}/oauth2/v2.0/token`, {
      grant_type: 'client_credentials',
      client_id: clientId,
      scope: SCOPE,
      ...proof,
    });
  }

  private async askMachine(clientId: string | undefined): Promise<IdentityAnswer> {
    const { IDENTITY_ENDPOINT: endpoint, IDENTITY_HEADER: secret } = this.environment;
    const isAppService = endpoint !== undefined && secret !== undefined;
    const url = new URL(isAppService ? endpoint : MACHINE_IDENTITY);
    url.searchParams.set('api-version', isAppService ? '2019-08-01' : '2018-02-01');
    url.searchParams.set('resource', RESOURCE);
    if (clientId !== undefined) url.searchParams.set('client_id', clientId);
    const headers = isAppService ? { 'x-identity-header': secret } : { metadata: 'true' };
    const signal = AbortSignal.timeout(MACHINE_TIMEOUT_MS);
    const { statusCode, body } = await request(url, { headers, signal });
    return { status: statusCode, text: await body.text() };
  }

  private async lend(ask: () => Promise<IdentityAnswer>): Promise<Result<Lent<string>, Failure>> {
    try {
      const { status, text } = await ask();
      const answer = tokenAnswer.safeParse(parse(text));
      if (status === 200 && answer.success) {
        const { access_token: value, expires_in: seconds } = answer.data;
        return succeed({ value, expiresAtMs: this.nowMs() + seconds * 1_000 });
      }
      const named = errorAnswer.safeParse(parse(text));
      const name = named.success ? named.data.error : '';
      // A 200 without a token is no answer that an identity provider gives.
      return fail(refusedIdentity('Entra', status === 200 ? 502 : status, name));
    } catch (error) {
      return fail(identityFailure('Entra', error));
    }
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
