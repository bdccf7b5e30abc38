import { fail, failure, type Failure, type Result, succeed } from '@tollgate/contracts';
import type { FetchedMediaMap, LossPolicy } from '@tollgate/neutral';
import type { ClientRequest, Signing, UpstreamRequest } from '@tollgate/providers';
import {
  type CallWire,
  callWire,
  type CallWireOptions,
  ContinuableAnswer,
  keptReferences,
  passesThrough,
  withReferences,
} from '@tollgate/translation';
import type { KeptResponse } from '@tollgate/dialects';
import type { ClientCall } from './call-parts.ts';
import type { KeptOwner, KeptResponses } from './kept-responses.ts';
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
  readonly kept: KeptResponses;
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
  answer: ContinuableAnswer | null = null;
  /** The request's own rule, above the connection's. */
  private readonly policy: LossPolicy | undefined;
  /** Whose responses may be kept and brought back; null where the project keeps nothing. */
  private readonly owner: KeptOwner | null;
  private readonly mayContinue: boolean;
  /** The request has all that it named in it. */
  private isWhole = false;
  private toKeep: KeptResponse | null = null;
  private fetched: FetchedMediaMap = NOTHING;
  private aborter: AbortController | null = null;

  constructor(
    private readonly parts: RequestMakerParts,
    private request: ClientRequest,
    { header, context }: Pick<ClientCall, 'header' | 'context'>,
  ) {
    this.policy = header.lossPolicy;
    this.owner = context.keepsResponses ? context : null;
    this.mayContinue = context.continueOnCut === true;
    if (this.mayContinue) this.answer = ContinuableAnswer.of(request, this.answerOptions());
  }

  /** Never throws into the promise for an expected outcome. */
  make(target: ReadyTarget, model: string): Made | Promise<Made> {
    const { owner, isWhole } = this;
    if (owner === null || isWhole) return this.makeWhole(target, model);
    const isTranslated = this.mayContinue || !passesThrough(target.connection, this.request);
    const names = keptReferences(this.request, isTranslated);
    if (names.length === 0) return this.makeWhole(target, model);
    return this.bringBack(names, owner).then((problem) =>
      problem ? fail(problem) : this.makeWhole(target, model),
    );
  }

  /** Keeps the answer that was given, where the client may name it later; null where there is nothing to wait for. */
  keepAnswer(): Promise<void> | null {
    const { owner, toKeep } = this;
    return owner && toKeep && this.parts.kept.keep(owner, toKeep);
  }

  /** The call is over: what is under way for it ends. */
  cancel(): void {
    this.aborter?.abort();
  }

  private makeWhole(target: ReadyTarget, model: string): Made | Promise<Made> {
    const wire = this.wireTo(target);
    if (!wire.ok) return wire;
    const missing = wire.value.mediaToFetch?.filter((url) => !this.fetched.has(url));
    return missing?.length
      ? this.fetchAndEncode(target, wire.value, model, missing)
      : this.encode(target, wire.value, model);
  }

  /** Puts what the request names in place of the names, for this candidate and those after it. */
  private async bringBack(names: readonly string[], owner: KeptOwner): Promise<Failure | null> {
    const found = await this.parts.kept.load(owner, names);
    if (!found.ok) return found.failure;
    const whole = withReferences(this.request, found.value);
    if (!whole.ok) return whole.failure;
    this.request = whole.value;
    this.isWhole = true;
    if (this.mayContinue) this.answer = ContinuableAnswer.of(this.request, this.answerOptions());
    return null;
  }

  private answerOptions(): Pick<CallWireOptions, 'nowS' | 'keep'> {
    const { nowS } = this;
    if (this.owner === null) return { nowS };
    return { nowS, keep: (kept) => (this.toKeep = kept) };
  }

  private wireTo({ connection, provider, policy }: ReadyTarget): Result<CallWire, Failure> {
    const options = { policy: this.policy ?? policy, provider, ...this.answerOptions() };
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
