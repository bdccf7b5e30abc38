import {
  type ConnectionTestAnswer,
  type ConnectionTestRequest,
  fail,
  failure,
  type Failure,
  type Result,
  succeed,
} from '@tollgate/contracts';
import { BusFailure } from '@tollgate/messaging';
import { type Conversation, Losses } from '@tollgate/neutral';
import {
  type ChatWire,
  connectionFor,
  type ModelList,
  type ProviderConnection,
  type WireRequest,
} from '@tollgate/providers';
import type { Clock, UpstreamDispatch, Upstreams } from './ports.ts';
import { probe, type ProbeAnswer } from './probe.ts';
import type { ReadyConnections } from './ready-connections.ts';
import type { RequestSigner } from './request-signer.ts';

/** Less than those who ask wait. */
const LONGEST_MS = 10_000;
const MOST_AT_ONCE = 32;
const MOST_MODELS = 100;
/** A vendor's servers that know no list answer with one of these. */
const NO_LIST: ReadonlySet<number> = new Set([404, 405, 501]);

type Finding = Omit<ConnectionTestAnswer, 'durationMs'>;

export interface ConnectionTestsParts {
  readonly connections: ReadyConnections;
  readonly upstreams: Upstreams;
  /** Null where this process signs nothing. */
  readonly signer: RequestSigner | null;
  readonly clock: Clock;
  /** Milliseconds for a whole test. */
  readonly longestMs?: number;
}

/**
 * Tries connections by listing their models: that needs the credential, and no provider charges for it. Where the vendor
 * lists none, a model is asked for one token.
 */
export class ConnectionTests {
  private running = 0;

  constructor(private readonly parts: ConnectionTestsParts) {}

  /** @throws BusFailure `gateway.overloaded` when too many run already */
  async test(request: ConnectionTestRequest): Promise<ConnectionTestAnswer> {
    if (this.running >= MOST_AT_ONCE) throw new BusFailure(failure('gateway.overloaded'));
    this.running++;
    const { clock, longestMs = LONGEST_MS } = this.parts;
    const startedAt = clock.monotonicMs();
    const aborter = new AbortController();
    const timer = setTimeout(() => aborter.abort(), longestMs);
    try {
      const finding = await this.find(request, aborter.signal);
      return { ...finding, durationMs: clock.monotonicMs() - startedAt };
    } finally {
      clearTimeout(timer);
      this.running--;
    }
  }

  private async find(request: ConnectionTestRequest, signal: AbortSignal): Promise<Finding> {
    const { organizationId, aiProviderId, model } = request;
    const { connections } = this.parts;
    const { ready, isSupported } = await connections.loadOwned(organizationId, aiProviderId);
    if (!isSupported) return withoutAnswer('not_supported');
    if (!ready.ok) return withoutAnswer('misconfigured');
    const { connection } = ready.value;
    const { modelList } = connection;
    const listed = modelList && (await this.list(connection, modelList, signal));
    if (listed && !NO_LIST.has(listed.httpStatus ?? 0)) return listed;
    if (model === undefined) return listed ?? withoutAnswer('not_supported');
    const asked = connectionFor(connection, model);
    if (!asked.chat) return listed ?? withoutAnswer('not_supported');
    return this.ask(asked, asked.chat, model, signal);
  }

  private async list(
    connection: ProviderConnection,
    list: ModelList,
    signal: AbortSignal,
  ): Promise<Finding> {
    const { path, headers, origin = connection.origin } = list;
    const heard = await this.send(connection, origin, { path, headers, body: null }, signal);
    return this.read(connection, heard, (body) => list.decode(body)?.slice(0, MOST_MODELS));
  }

  /** One token of an answer: the least that a model can be asked for. */
  private async ask(
    connection: ProviderConnection,
    chat: ChatWire,
    model: string,
    signal: AbortSignal,
  ): Promise<Finding> {
    const losses = new Losses('lenient', 'the provider');
    const shared = { conversation: ONE_TOKEN, model, stream: false, outputCap: 1, losses };
    const asked: WireRequest = { ...shared, fetched: new Map() };
    const encoded = chat.encodeRequest(asked);
    if (!encoded.ok || !losses.settle().ok) return withoutAnswer('misconfigured');
    const heard = await this.send(connection, connection.origin, encoded.value, signal);
    return this.read(connection, heard, (body) =>
      chat.decodeAnswer(body, asked).ok ? [] : undefined,
    );
  }

  private async send(
    { signing }: ProviderConnection,
    origin: string,
    request: UpstreamDispatch,
    signal: AbortSignal,
  ): Promise<Result<ProbeAnswer, Failure>> {
    const { path, headers, body } = request;
    const { signer, upstreams } = this.parts;
    if (signing === null) return succeed(await probe(upstreams, origin, request, signal));
    if (!signer) return fail(failure('provider.misconfigured'));
    const method = body === null ? 'GET' : 'POST';
    const signed = await signer.sign(signing, { origin, method, path, headers, body }, signal);
    if (!signed.ok) return signed;
    const complete = { path, headers: [...headers, ...signed.value], body };
    return succeed(await probe(upstreams, origin, complete, signal));
  }

  private read(
    connection: ProviderConnection,
    heard: Result<ProbeAnswer, Failure>,
    decode: (body: Buffer) => readonly string[] | undefined,
  ): Finding {
    if (!heard.ok) return withoutAnswer(outcomeOf(heard.failure));
    const said = heard.value;
    switch (said.kind) {
      case 'forbidden':
        return withoutAnswer('misconfigured');
      case 'unreachable':
        return withoutAnswer('unreachable');
      case 'timed_out':
        return { outcome: 'timed_out', httpStatus: said.status, models: [] };
      case 'invalid':
        return { outcome: 'unexpected_answer', httpStatus: said.status, models: [] };
      case 'answered': {
        const { status: httpStatus, body } = said.answer;
        if (httpStatus >= 300) {
          const reason = connection.decodeFailure(said.answer, this.parts.clock.epochMs());
          return { outcome: refusalOf(reason), httpStatus, models: [] };
        }
        const models = decode(body);
        return models
          ? { outcome: 'ok', httpStatus, models: [...models] }
          : { outcome: 'unexpected_answer', httpStatus, models: [] };
      }
    }
  }
}

const ONE_TOKEN: Conversation = {
  messages: [{ role: 'user', parts: [{ type: 'text', text: 'Hi' }] }],
  maxOutputTokens: 1,
  others: {},
  origin: 'openai-chat',
};

function refusalOf({ code }: Failure): Finding['outcome'] {
  return code === 'provider.rejected_credentials' ? 'rejected_credentials' : 'unexpected_answer';
}

/** What came of fetching a token, before the provider was asked. */
function outcomeOf({ code }: Failure): Finding['outcome'] {
  switch (code) {
    case 'provider.rejected_credentials':
      return 'rejected_credentials';
    case 'provider.unreachable':
      return 'unreachable';
    case 'provider.timeout':
    case 'client.closed':
      return 'timed_out';
    default:
      return 'misconfigured';
  }
}

function withoutAnswer(outcome: Finding['outcome']): Finding {
  return { outcome, httpStatus: null, models: [] };
}
