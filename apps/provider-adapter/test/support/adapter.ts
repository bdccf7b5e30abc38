import {
  type CallsObserved,
  type CompiledConnection,
  configKeys,
  type EventMessage,
  type RequestRecord,
  requestRecord,
} from '@tollgate/contracts';
import type { ConfigReader, DurablePublisher, ValueStore } from '@tollgate/messaging';
import type { Resolver } from '@tollgate/outbound';
import { createKeyRing, open, openBytes, seal, sealBytes } from '@tollgate/secrets';
import { randomBytes } from 'node:crypto';
import { GuardedMedia } from '../../src/adapters/guarded-media.ts';
import { UpstreamPools } from '../../src/adapters/upstream-pools.ts';
import { ConnectionTests } from '../../src/application/connection-tests.ts';
import { KeptResponses, type KeepOutcome } from '../../src/application/kept-responses.ts';
import {
  MEDIA_LIMITS,
  MediaFetches,
  type MediaLimits,
} from '../../src/application/media-fetches.ts';
import { OutcomeReporter } from '../../src/application/outcome-reporter.ts';
import { ProviderCalls } from '../../src/application/provider-calls.ts';
import { ReadyConnections } from '../../src/application/ready-connections.ts';

export const CREDENTIAL = 'sk-test-do-not-leak-0123456789';

import type { RequestSigner } from '../../src/application/request-signer.ts';
/** How long a connection may be tested. */
const TEST_MS = 300;

const NOWHERE: ValueStore = {
  put: () => Promise.resolve(false),
  get: () => Promise.resolve(null),
  delete: () => Promise.resolve(),
};

const ring = createKeyRing(randomBytes(32).toString('base64'));

export interface TestAdapterOptions {
  /** Default true. */
  readonly allowPrivate?: boolean;
  /** Default true. */
  readonly allowPrivateMedia?: boolean;
  readonly resolver?: Resolver;
  readonly mediaLimits?: Partial<MediaLimits>;
  readonly signer?: RequestSigner;
  /** Where responses are kept; nowhere by default. */
  readonly values?: ValueStore;
}

/** The adapter's own parts over real sockets, with the bus, the config and the publisher replaced. */
export class TestAdapter {
  readonly records: RequestRecord[] = [];
  readonly reports: CallsObserved[] = [];
  readonly logged: unknown[] = [];
  readonly kept: KeepOutcome[] = [];
  readonly calls: ProviderCalls;
  readonly tests: ConnectionTests;
  /** While set, publishing waits for it. */
  publishGate: Promise<void> | undefined;
  publishError: Error | undefined;
  /** Parses and keeps every record; a benchmark turns it off. */
  keepsRecords = true;
  private publishes = 0;
  private readonly pools: UpstreamPools;
  private readonly outcomes: OutcomeReporter;
  private readonly connections = new Map<string, CompiledConnection>();

  constructor(options: TestAdapterOptions = {}) {
    const { allowPrivate = true, resolver } = options;
    this.pools = new UpstreamPools({ allowPrivate }, resolver);
    const media = new GuardedMedia({ allowPrivate: options.allowPrivateMedia ?? true }, resolver);
    this.outcomes = new OutcomeReporter('ins_1', (event) => this.reports.push(event), Date.now);
    const connections = new ReadyConnections(this.config(), (organizationId, sealed) => {
      const opened = open(ring, { organizationId, secretId: sealed.secretId }, sealed);
      return opened.ok ? opened.value : undefined;
    });
    const clock = { epochMs: Date.now, monotonicMs: () => performance.now() };
    this.tests = new ConnectionTests({
      connections,
      upstreams: this.pools,
      signer: options.signer ?? null,
      clock,
      longestMs: TEST_MS,
    });
    this.calls = new ProviderCalls({
      kept: new KeptResponses({
        values: options.values ?? NOWHERE,
        sealer: {
          seal: (organizationId, secretId, plain) =>
            sealBytes(ring, { organizationId, secretId }, plain),
          open: (organizationId, secretId, sealed) => {
            const opened = openBytes(ring, { organizationId, secretId }, sealed);
            return opened.ok ? opened.value : undefined;
          },
        },
        onKept: (outcome) => this.kept.push(outcome),
        onProblem: (error) => this.logged.push(error),
      }),
      connections,
      upstreams: this.pools,
      publisher: this.publisher(),
      outcomes: this.outcomes,
      metrics: { opened: () => undefined, closed: () => undefined },
      clock,
      media: new MediaFetches(media, { ...MEDIA_LIMITS, ...options.mediaLimits }),
      signer: options.signer ?? null,
      random: () => 0.5,
      maxOpenCalls: 1_000,
      onFailedAttempt: (...parts) => this.logged.push(parts),
      onBug: (error) => this.logged.push(error),
      onLostRecord: (...parts) => this.logged.push(parts),
    });
  }

  connect(aiProviderId: string, changes: Partial<CompiledConnection>): void {
    const binding = { organizationId: 'org_1', secretId: 'sec_1' };
    this.connections.set(configKeys.connection(aiProviderId), {
      aiProviderId,
      projectId: 'prj_1',
      organizationId: 'org_1',
      name: aiProviderId,
      provider: 'openai',
      baseUrl: 'http://127.0.0.1:1/v1',
      config: {},
      access: 'byok',
      enabled: true,
      credential: seal(ring, binding, CREDENTIAL),
      ...changes,
    });
  }

  recordOf(requestId: string): Promise<RequestRecord> {
    return eventually(() => this.records.find(({ id }) => id === requestId));
  }

  /** Resolves once a record is on its way. */
  async published(): Promise<void> {
    await eventually(() => this.publishes || undefined);
  }

  async stop(): Promise<void> {
    await this.calls.drain(1_000);
    this.outcomes.stop();
    await this.pools.close();
  }

  private publisher(): DurablePublisher {
    return {
      publish: async (_message: EventMessage<unknown>, line: string) => {
        this.publishes++;
        if (!this.keepsRecords) return;
        await this.publishGate;
        if (this.publishError) throw this.publishError;
        this.records.push(requestRecord.strict().parse(JSON.parse(line)));
      },
      flush: () => Promise.resolve(),
    };
  }

  private config(): ConfigReader {
    // The schemas are for the reader's own parsing; what the tests put in is typed already.
    const find = <T>(key: string): T | null => (this.connections.get(key) ?? null) as T | null;
    let hasRead = false;
    return {
      peek: <T>(key: string) => (hasRead ? find<T>(key) : undefined),
      read: async <T>(key: string) => {
        hasRead = true;
        return Promise.resolve(find<T>(key));
      },
      onChange: () => undefined,
      revision: () => 1,
    };
  }
}

/** Polls until there is a value. */
export async function eventually<T>(find: () => T | undefined, withinMs = 5_000): Promise<T> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const found = find();
    if (found !== undefined) return found;
    if (Date.now() > deadline) throw new Error('it did not happen in time');
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
