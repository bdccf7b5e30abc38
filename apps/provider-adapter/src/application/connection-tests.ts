import {
  type ConnectionTestAnswer,
  type ConnectionTestRequest,
  failure,
} from '@tollgate/contracts';
import { BusFailure } from '@tollgate/messaging';
import { ForbiddenAddressError } from '@tollgate/outbound';
import type { ModelList } from '@tollgate/providers';
import type { Dispatcher } from 'undici';
import type { Clock, Upstreams } from './ports.ts';
import type { ReadyConnections } from './ready-connections.ts';

/** Less than those who ask wait. */
const LONGEST_MS = 10_000;
const MOST_AT_ONCE = 32;
const MOST_BYTES = 8 * 1024 * 1024;
const MOST_MODELS = 100;
const REJECTED = new Set([401, 403]);
const ENOUGH = new Error('tollgate: the test is over');

type Finding = Omit<ConnectionTestAnswer, 'durationMs'>;

/** Tries connections by listing their models: that needs the credential, and no provider charges for it. */
export class ConnectionTests {
  private running = 0;

  constructor(
    private readonly connections: ReadyConnections,
    private readonly upstreams: Upstreams,
    private readonly clock: Clock,
    private readonly longestMs = LONGEST_MS,
  ) {}

  /** @throws BusFailure `gateway.overloaded` when too many run already */
  async test(request: ConnectionTestRequest): Promise<ConnectionTestAnswer> {
    if (this.running >= MOST_AT_ONCE) throw new BusFailure(failure('gateway.overloaded'));
    this.running++;
    const startedAt = this.clock.monotonicMs();
    try {
      const finding = await this.find(request);
      return { ...finding, durationMs: this.clock.monotonicMs() - startedAt };
    } finally {
      this.running--;
    }
  }

  private async find(request: ConnectionTestRequest): Promise<Finding> {
    const { organizationId, aiProviderId } = request;
    const { ready, isSupported } = await this.connections.loadOwned(organizationId, aiProviderId);
    if (!isSupported) return withoutAnswer('not_supported');
    if (!ready.ok) return withoutAnswer('misconfigured');
    const { origin, modelList } = ready.value.connection;
    if (modelList === null) return withoutAnswer('not_supported');
    return this.list(origin, modelList);
  }

  private list(origin: string, list: ModelList): Promise<Finding> {
    return new Promise((resolve) => {
      const listing = new Listing(list, (finding) => {
        clearTimeout(timer);
        resolve(finding);
      });
      const timer = setTimeout(() => listing.timedOut(), this.longestMs);
      const { path, headers } = list;
      this.upstreams.dispatch(origin, { path, headers, body: null }, listing);
    });
  }
}

/** One list of models on its way. Tells once what came of it. */
class Listing implements Dispatcher.DispatchHandler {
  private controller: Dispatcher.DispatchController | undefined;
  private status: number | null = null;
  private chunks: Buffer[] = [];
  private bytes = 0;
  private isOver = false;

  constructor(
    private readonly list: ModelList,
    private readonly whenDone: (finding: Finding) => void,
  ) {}

  timedOut(): void {
    this.finish({ outcome: 'timed_out', httpStatus: this.status, models: [] });
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.controller = controller;
    if (this.isOver) controller.abort(ENOUGH);
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Readonly<Record<string, string | string[] | undefined>>,
  ): void {
    if (status < 200) return;
    this.status = status;
    const encoding = headers['content-encoding'];
    const isCompressed = encoding !== undefined && encoding !== 'identity';
    if (REJECTED.has(status)) this.answered('rejected_credentials');
    else if (status >= 300 || isCompressed) this.answered('unexpected_answer');
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.isOver) return;
    this.bytes += chunk.length;
    if (this.bytes > MOST_BYTES) return this.answered('unexpected_answer');
    this.chunks.push(chunk);
  }

  onResponseEnd(): void {
    if (this.isOver) return;
    const models = this.list.decode(Buffer.concat(this.chunks));
    if (models === undefined) return this.answered('unexpected_answer');
    this.finish({ outcome: 'ok', httpStatus: this.status, models: models.slice(0, MOST_MODELS) });
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    if (error instanceof ForbiddenAddressError) this.finish(withoutAnswer('misconfigured'));
    else if (this.status === null) this.finish(withoutAnswer('unreachable'));
    else this.answered('unexpected_answer');
  }

  private answered(outcome: 'rejected_credentials' | 'unexpected_answer'): void {
    this.finish({ outcome, httpStatus: this.status, models: [] });
  }

  private finish(finding: Finding): void {
    if (this.isOver) return;
    this.isOver = true;
    this.chunks = [];
    this.whenDone(finding);
    if (finding.outcome !== 'ok') this.controller?.abort(ENOUGH);
  }
}

function withoutAnswer(outcome: Finding['outcome']): Finding {
  return { outcome, httpStatus: null, models: [] };
}
