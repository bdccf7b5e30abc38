import { fail, failure, type Failure, type Result, succeed } from '@tollgate/contracts';
import type { FetchedMediaMap, LossPolicy } from '@tollgate/neutral';
import type { ClientRequest, Signing, UpstreamRequest } from '@tollgate/providers';
import { type CallWire, callWire, ContinuableAnswer } from '@tollgate/translation';
import type { ClientCall } from './call-parts.ts';
import type { MediaFetches } from './media-fetches.ts';
import type { Clock } from './ports.ts';
import type { ReadyTarget } from './ready-connections.ts';
import type { RequestSigner } from './request-signer.ts';

/** A request as it goes to a provider, with the way its answer comes back. */
export interface MadeRequest {
  readonly wire: CallWire;
  readonly upstream: UpstreamRequest;
}

export type Made = Result<MadeRequest, Failure>;

export interface RequestMakerParts {
  readonly media: MediaFetches;
  /** Null where this process signs nothing. */
  readonly signer: RequestSigner | null;
  readonly clock: Clock;
}

const NOTHING: FetchedMediaMap = new Map();

/**
 * Makes the requests of one call, one for each try. At once where the bytes go through or are translated as they are; later
 * where files must be fetched or the request signed. What was fetched for one candidate serves the next.
 */
export class RequestMaker {
  /** The answer, where it may be given by several providers in turn. */
  readonly answer: ContinuableAnswer | null;
  /** The request's own rule, above the connection's. */
  private readonly policy: LossPolicy | undefined;
  private fetched: FetchedMediaMap = NOTHING;
  private aborter: AbortController | null = null;

  constructor(
    private readonly parts: RequestMakerParts,
    private readonly request: ClientRequest,
    { header, context }: Pick<ClientCall, 'header' | 'context'>,
  ) {
    this.policy = header.lossPolicy;
    this.answer = context.continueOnCut ? ContinuableAnswer.of(request, this.nowS) : null;
  }

  /** Never throws into the promise for an expected outcome. */
  make(target: ReadyTarget, model: string): Made | Promise<Made> {
    const wire = this.wireTo(target);
    if (!wire.ok) return wire;
    const missing = wire.value.mediaToFetch?.filter((url) => !this.fetched.has(url));
    return missing?.length
      ? this.fetchAndEncode(target, wire.value, model, missing)
      : this.encode(target, wire.value, model);
  }

  /** The call is over: what is under way for it ends. */
  cancel(): void {
    this.aborter?.abort();
  }

  private wireTo({ connection, provider, policy }: ReadyTarget): Result<CallWire, Failure> {
    const options = { policy: this.policy ?? policy, provider, nowS: this.nowS };
    if (!this.answer) return callWire(connection, this.request, options);
    if (connection.chat) return succeed(this.answer.wireFor(connection.chat, options));
    const message = `Answers that may go on elsewhere cannot be served by ${provider}.`;
    return fail(failure('request.unsupported_by_provider', { message }));
  }

  private readonly nowS = (): number => Math.floor(this.parts.clock.epochMs() / 1_000);

  private encode(target: ReadyTarget, wire: CallWire, model: string): Made | Promise<Made> {
    const encoded = wire.encodeRequest(this.request, model, this.fetched);
    if (!encoded.ok) return encoded;
    const { origin, signing } = target.connection;
    const made = { wire, upstream: encoded.value };
    return signing === null ? succeed(made) : this.sign(made, origin, signing);
  }

  private async fetchAndEncode(
    target: ReadyTarget,
    wire: CallWire,
    model: string,
    urls: readonly string[],
  ): Promise<Made> {
    const found = await this.parts.media.fetch(urls, this.signal());
    if (!found.ok) return found;
    this.fetched = new Map([...this.fetched, ...found.value]);
    return this.encode(target, wire, model);
  }

  private async sign(made: MadeRequest, origin: string, signing: Signing): Promise<Made> {
    const { signer } = this.parts;
    if (!signer) return fail(failure('provider.misconfigured', { internal: 'nothing signs here' }));
    const { path, headers, body } = made.upstream;
    const unsigned = { origin, method: 'POST' as const, path, headers, body };
    const signed = await signer.sign(signing, unsigned, this.signal());
    if (!signed.ok) return signed;
    return succeed({
      ...made,
      upstream: { ...made.upstream, headers: [...headers, ...signed.value] },
    });
  }

  private signal(): AbortSignal {
    this.aborter ??= new AbortController();
    return this.aborter.signal;
  }
}
