import { fail, failure, type Failure, type Result, succeed } from '@tollgate/contracts';
import { z } from 'zod';
import type { CredentialCache, Lent } from './credential-cache.ts';
import type { IdentityClient } from './identity-client.ts';
import { identityFailure } from './identity-failure.ts';

const SCOPES = ['https://www.googleapis.com/auth/cloud-platform'];
/** What Google's tokens live when it does not say. */
const USUAL_LIFE_MS = 3_600_000;

/** Other kinds (`external_account`) may name URLs and programs of their own: they are not taken from a connection. */
const serviceAccountJson = z.object({
  type: z.literal('service_account'),
  client_email: z.string().min(1),
  private_key: z.string().min(1),
  private_key_id: z.string().optional(),
});

/** Access tokens of Google's, by its own library, which is loaded when the first connection needs it. */
export class GoogleTokens {
  constructor(
    private readonly cache: CredentialCache<string>,
    private readonly client: IdentityClient,
    private readonly nowMs: () => number,
  ) {}

  /** @param serviceAccount its JSON; null for the machine's own identity */
  token(serviceAccount: string | null): Result<string, Failure> | Promise<Result<string, Failure>> {
    return this.cache.get(`google ${serviceAccount ?? ''}`, () =>
      serviceAccount === null ? this.lendOwn() : this.lendAccount(serviceAccount),
    );
  }

  private async lendAccount(json: string): Promise<Result<Lent<string>, Failure>> {
    const account = serviceAccountJson.safeParse(parse(json));
    if (!account.success) {
      const internal = 'the credential is not the JSON of a service account';
      return fail(failure('provider.misconfigured', { internal }));
    }
    const { client_email: email, private_key: key, private_key_id: keyId } = account.data;
    return this.lend(async () => {
      const { JWT } = await import('google-auth-library');
      const transporterOptions = { fetchImplementation: this.client.fetch, retry: false };
      const id = keyId === undefined ? {} : { keyId };
      return new JWT({ email, key, ...id, scopes: SCOPES, transporterOptions });
    });
  }

  /** Environment, key file or metadata server, as Google's library looks for them. */
  private lendOwn(): Promise<Result<Lent<string>, Failure>> {
    return this.lend(async () => {
      const { GoogleAuth } = await import('google-auth-library');
      return new GoogleAuth({ scopes: SCOPES }).getClient();
    });
  }

  private async lend(load: () => Promise<TokenClient>): Promise<Result<Lent<string>, Failure>> {
    try {
      const client = await load();
      const { token } = await client.getAccessToken();
      if (!token) return fail(failure('provider.misconfigured', { internal: 'Google: no token' }));
      const expiresAtMs = client.credentials.expiry_date ?? this.nowMs() + USUAL_LIFE_MS;
      return succeed({ value: token, expiresAtMs });
    } catch (error) {
      return fail(identityFailure('Google', error));
    }
  }
}

interface TokenClient {
  getAccessToken(): Promise<{ token?: string | null }>;
  readonly credentials: { readonly expiry_date?: number | null };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
