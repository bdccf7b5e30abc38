import type {
  Dialect,
  Failure,
  Operation,
  PicoUsd,
  ProviderSlug,
  Result,
  TokenUsage,
} from '@tollgate/contracts';
import type { ChatWire } from './chat-wire.ts';
import type { CountTokensWire } from './count-tokens-wire.ts';
import type { OperationWires } from './operation-wire.ts';

/** What a connection says about itself, with its credential opened. */
export interface ConnectionParts {
  readonly baseUrl: string;
  readonly config: Readonly<Record<string, unknown>>;
  /** The secret's text; null where the provider asks for none. */
  readonly credential: string | null;
}

/** One request of a client, as far as a provider must know it. */
export interface ClientRequest {
  readonly dialect: Dialect;
  readonly operation: Operation;
  /** Raw, in the client's dialect; already checked to be one JSON object. */
  readonly body: Uint8Array;
  readonly stream: boolean;
  /** The client asked for the usage chunk at the end of the stream. */
  readonly usageAsked: boolean;
  readonly modelAsked: string | null;
  /** Tokens; sent to the provider where the client named no limit of its own. */
  readonly outputCap: number | null;
  /** `req_…`: ids are made from it where an answer lacks one. */
  readonly requestId?: string;
  /** Header lines that belong to the dialect, by names in lower case; of those only the known ones may go on. */
  readonly clientHeaders?: Readonly<Record<string, string>>;
  /** What the URL says beside the endpoint's path, for dialects whose model stands there: Gemini's `{model}:{method}`. */
  readonly target?: string;
}

/** What goes to the provider. */
export interface UpstreamRequest {
  /** With query. */
  readonly path: string;
  /** Names and values in turn. */
  readonly headers: string[];
  readonly body: Uint8Array;
  /** Fields of the client's that this provider does not take and that were left out. */
  readonly droppedParams: readonly string[];
}

/** What an answer says about itself, whole or streamed. */
export interface AnswerFacts {
  /** As the provider counted; null where it did not say. */
  readonly usage: TokenUsage | null;
  /** What the provider itself says that the call cost; null where it does not say. */
  readonly reportedCostPicoUsd: PicoUsd | null;
  readonly finishReason: string | null;
  /** What was generated, counted from its bytes: for when the provider reports nothing. */
  estimateOutputTokens(): number;
}

/** `body` is in the client's dialect. */
export type DecodedResponse =
  | {
      readonly ok: true;
      readonly body: Uint8Array;
      /** Of the body, where it is no JSON. */
      readonly contentType?: string;
      readonly facts: AnswerFacts;
    }
  | { readonly ok: false; readonly failure: Failure };

/**
 * Reads a streamed answer. Whole frames in the client's dialect leave through the `emit` it was made with; what would
 * complete the answer stays in `tail` until the call is recorded. Nothing leaves after `finished` or `failed`.
 */
export interface StreamDecoder extends AnswerFacts {
  /** `waiting`: no event of the answer itself has come, so another provider may still be asked. */
  readonly phase: 'waiting' | 'open' | 'finished' | 'failed';
  readonly failure: Failure | null;
  readonly tail: Uint8Array;
  /** Of what leaves, where that is no stream of events; known once the phase is no longer `waiting`. */
  readonly contentType?: string | undefined;
  push(chunk: Buffer): void;
  /** The provider ended the body in good order. */
  end(): void;
}

export type Emit = (bytes: Uint8Array) => void;

/** An answer with a status other than 2xx. */
export interface RefusedAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** At most the first 64 KiB. */
  readonly body: Buffer;
}

/** How the models of a connection are asked for: a GET that needs the credential and costs nothing. */
export interface ModelList {
  /** Scheme, host and port, where it is not the connection's own (Bedrock). */
  readonly origin?: string;
  /** With query. */
  readonly path: string;
  /** Names and values in turn. */
  readonly headers: string[];
  /** The models' names; undefined when the body of the 2xx answer is no list of them. */
  decode(body: Buffer): readonly string[] | undefined;
}

/** A connection made ready once for many calls. Immutable; holds the credential, so it is never logged. */
export interface ProviderConnection {
  /** Scheme, host and port. */
  readonly origin: string;
  /** Dialects whose bytes go through as they are. The methods below take these alone. */
  readonly dialects: ReadonlySet<Dialect>;
  /** Whether this request of one of those dialects can go as it is; where not it is translated. Missing: each can. */
  passes?(request: ClientRequest): boolean;
  /** The connection as it reaches that model, where its models speak different wires. Ask `connectionFor`. */
  forModel?(model: string): ProviderConnection;
  /** The connection's own chat in neutral terms; null where it has none. */
  readonly chat: ChatWire | null;
  /** Counting of a prompt's tokens in neutral terms; missing where the vendor counts none. */
  readonly countTokens?: CountTokensWire;
  /** The connection's other operations in neutral terms; missing where it has none. */
  readonly operations?: OperationWires;
  /** What must be put on each request that IO is needed for; null when `headers` are complete. */
  readonly signing: Signing | null;
  encodeRequest(request: ClientRequest, model: string): Result<UpstreamRequest, Failure>;
  /**
   * @param body the whole body of a 2xx answer
   * @param contentType its header line, where there is one
   */
  decodeResponse(request: ClientRequest, body: Buffer, contentType?: string): DecodedResponse;
  streamDecoder(request: ClientRequest, emit: Emit): StreamDecoder;
  /**
   * Reads the body of a 2xx answer that goes on as it comes though it is no stream of events (sound), or is none though one
   * was asked for; null for every other. Missing: there are no such answers.
   */
  bodyDecoder?(
    request: ClientRequest,
    contentType: string | undefined,
    emit: Emit,
  ): StreamDecoder | null;
  /** @param nowMs milliseconds since the epoch, for a `Retry-After` that is a date */
  decodeFailure(answer: RefusedAnswer, nowMs: number): Failure;
  /** Null where the vendor lists none. */
  readonly modelList: ModelList | null;
}

/**
 * Credentials that are not simply a header: tokens that must be fetched, or a signature over the request. Data only:
 * the provider-adapter does it.
 */
export type Signing =
  /** A Google service account's JSON, or null for the machine's own identity. */
  | { readonly kind: 'google'; readonly serviceAccount: string | null }
  /** Microsoft Entra: client credentials as JSON (`tenantId`, `clientId`, `clientSecret`), or null for the machine's own. */
  | { readonly kind: 'entra'; readonly credentials: string | null }
  /** AWS Signature Version 4. */
  | {
      readonly kind: 'aws';
      readonly region: string;
      readonly service: string;
      readonly credentials: AwsCredentials;
    };

export type AwsCredentials =
  | {
      readonly kind: 'static';
      readonly accessKeyId: string;
      readonly secretAccessKey: string;
      readonly sessionToken?: string;
    }
  | {
      readonly kind: 'assume-role';
      readonly roleArn: string;
      readonly externalId?: string;
      readonly source: AwsCredentials;
    }
  | { readonly kind: 'web-identity'; readonly roleArn: string; readonly tokenFile: string }
  /** Environment, container or instance, as AWS's own SDK looks for them. */
  | { readonly kind: 'machine' };

/** The seam: one for each vendor. Pure, without IO, clock or randomness. */
export interface Provider {
  readonly slug: ProviderSlug;
  /** Where the vendor listens; null when the operator must say. */
  readonly defaultBaseUrl: string | null;
  /** Connections may name the vendor before any code speaks to it. */
  readonly isSupported: boolean;
  /** Fails with `provider.misconfigured` when something is missing. */
  connect(parts: ConnectionParts): Result<ProviderConnection, Failure>;
}
