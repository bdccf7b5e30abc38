import {
  type CompiledConnection,
  compiledConnection,
  configKeys,
  fail,
  type Failure,
  failure,
  FIXED_ENDPOINT_PROVIDERS,
  lossPolicy,
  type ProviderKey,
  type ProviderSlug,
  type Result,
  type SealedSecret,
  succeed,
} from '@tollgate/contracts';
import type { ConfigReader } from '@tollgate/messaging';
import type { LossPolicy } from '@tollgate/neutral';
import { connectionFor, PROVIDERS, type ProviderConnection } from '@tollgate/providers';
import { LRUCache } from 'lru-cache';

/** Opens what the control plane sealed for this organization; undefined when it does not open. */
export type CredentialOpener = (organizationId: string, sealed: SealedSecret) => string | undefined;

export interface ReadyTarget {
  readonly connection: ProviderConnection;
  readonly provider: ProviderSlug;
  /** What is done with what the provider cannot express, where the request does not say. */
  readonly policy: LossPolicy;
}

/** The target as it reaches that model. */
export function targetFor(target: ReadyTarget, model: string): ReadyTarget {
  const { connection } = target;
  const ofModel = connectionFor(connection, model);
  return ofModel === connection ? target : { ...target, connection: ofModel };
}

export type ReadyConnection = Result<ReadyTarget, Failure>;

export interface OwnedConnection {
  readonly ready: ReadyConnection;
  /** Whether any code speaks to its vendor. */
  readonly isSupported: boolean;
}

interface Entry {
  readonly source: CompiledConnection | null;
  readonly ready: ReadyConnection;
}

/** Where a vendor listens for everybody; null where it has no such place. */
export type EndpointOf = (provider: ProviderSlug) => string | null;

const ENDPOINTS: ReadonlyMap<ProviderSlug, string | null> = new Map(
  FIXED_ENDPOINT_PROVIDERS.map((slug) => [slug, PROVIDERS[slug].defaultBaseUrl]),
);
const ownEndpoint: EndpointOf = (provider) => ENDPOINTS.get(provider) ?? null;

const MOST_CONNECTIONS = 2_000;

/**
 * Connections with their credentials opened, ready to call. An entry holds as long as the config reader answers with
 * the same object, so a new credential counts from the next call on. The only place that holds opened credentials.
 */
export class ReadyConnections {
  private readonly entries = new LRUCache<string, Entry>({ max: MOST_CONNECTIONS });

  constructor(
    private readonly config: ConfigReader,
    private readonly openCredential: CredentialOpener,
    /** The vendors' own, when left out. */
    private readonly endpointOf: EndpointOf = ownEndpoint,
  ) {}

  /** For a call of that project. Without IO; undefined when the config must be read first. */
  peek(aiProviderId: string, projectId: string): ReadyConnection | undefined {
    try {
      const source = this.config.peek(configKeys.connection(aiProviderId), compiledConnection);
      if (source === undefined) return undefined;
      return isOpenTo(source, projectId) ? this.readyFor(aiProviderId, source) : foreign();
    } catch {
      return misconfigured('its configuration cannot be understood');
    }
  }

  /** For a call of that project. Answers `provider.misconfigured` when the config cannot be read. */
  async load(aiProviderId: string, projectId: string): Promise<ReadyConnection> {
    try {
      const source = await this.read(aiProviderId);
      return isOpenTo(source, projectId) ? this.readyFor(aiProviderId, source) : foreign();
    } catch {
      return unreadable();
    }
  }

  /** As it is published, for an organization that calls it its own: another's is as good as missing. */
  async loadOwned(organizationId: string, aiProviderId: string): Promise<OwnedConnection> {
    try {
      const source = await this.read(aiProviderId);
      if (source?.organizationId !== organizationId) return { ready: foreign(), isSupported: true };
      const ready = this.readyFor(aiProviderId, source);
      return { ready, isSupported: PROVIDERS[source.provider].isSupported };
    } catch {
      return { ready: unreadable(), isSupported: true };
    }
  }

  /** The vendor's own endpoint with a key that came with a request. Made for that request alone, and kept nowhere. */
  ofRequestKey({ provider, key: credential }: ProviderKey): ReadyConnection {
    const baseUrl = this.endpointOf(provider);
    if (baseUrl === null) return misconfigured('the vendor has no endpoint of its own');
    const connected = PROVIDERS[provider].connect({ baseUrl, config: {}, credential });
    if (!connected.ok) return connected;
    return succeed({ connection: connected.value, provider, policy: 'lenient' });
  }

  private read(aiProviderId: string): Promise<CompiledConnection | null> {
    return this.config.read(configKeys.connection(aiProviderId), compiledConnection);
  }

  private readyFor(aiProviderId: string, source: CompiledConnection | null): ReadyConnection {
    const known = this.entries.get(aiProviderId);
    if (known && known.source === source) return known.ready;
    const ready = this.connect(source);
    this.entries.set(aiProviderId, { source, ready });
    return ready;
  }

  private connect(source: CompiledConnection | null): ReadyConnection {
    if (!source) return misconfigured('there is no such connection');
    if (!source.enabled) return misconfigured('the connection is disabled');
    const credential = source.credential
      ? this.openCredential(source.organizationId, source.credential)
      : null;
    if (credential === undefined) return misconfigured('the credential does not open');
    const { baseUrl, config, provider } = source;
    const connected = PROVIDERS[provider].connect({ baseUrl, config, credential });
    if (!connected.ok) return connected;
    return succeed({ connection: connected.value, provider, policy: policyOf(config) });
  }
}

/** `config.lossPolicy` of the connection; dropped and named where it does not say. */
function policyOf({ lossPolicy: given }: CompiledConnection['config']): LossPolicy {
  const read = lossPolicy.safeParse(given);
  return read.success ? read.data : 'lenient';
}

/** The operator's serve every project, others their own alone: whatever a plan says. */
function isOpenTo(source: CompiledConnection | null, projectId: string): boolean {
  return source === null || source.access === 'platform' || source.projectId === projectId;
}

const foreign = (): ReadyConnection => misconfigured('there is no such connection');
const unreadable = (): ReadyConnection =>
  misconfigured('its configuration cannot be read right now');

function misconfigured(internal: string): ReadyConnection {
  return fail(failure('provider.misconfigured', { internal }));
}
