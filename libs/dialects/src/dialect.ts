import type { Dialect as DialectName, Failure, Result } from '@tollgate/contracts';
import type { RequestProfile } from './profile/request-profile.ts';

/** A request that a dialect has understood. */
export interface ParsedRequest {
  readonly profile: RequestProfile;
  /** What goes to the provider-adapter: the client's own bytes, less what was meant for Tollgate alone. */
  readonly body: Uint8Array;
}

/** A failure with the id under which the request is known. */
export interface FailureContext {
  readonly requestId: string;
}

/** What a request says outside its body, for dialects whose URLs name the model. */
export interface RequestTarget {
  readonly model: string;
  readonly stream: boolean;
  /** How a streamed answer is framed. Default `sse`. */
  readonly streamFormat?: 'sse' | 'json-array';
}

/** The seam: all that the gateway asks of what a client speaks. Pure. */
export interface Dialect {
  readonly name: DialectName;
  /** Media types of the bodies that `parse` takes, in lower case and without parameters. Default: JSON alone. */
  readonly requestContentTypes?: readonly string[];
  /** JSON Schema of the request body, as OpenAPI shows it. */
  readonly requestSchema: JsonSchema;
  /** JSON Schema of the body that tells a failure. */
  readonly failureSchema: JsonSchema;
  /**
   * Reads a whole body. Never throws; a failure names the field at fault.
   * @param target what the URL says; only dialects whose URLs name the model read it
   * @param contentType the header line, with its parameters; only dialects with `requestContentTypes` read it
   */
  parse(
    bytes: Uint8Array,
    target?: RequestTarget,
    contentType?: string,
  ): Result<ParsedRequest, Failure>;
  /** The JSON body of a failure that is known before the answer has begun. */
  renderFailure(failure: Failure, context: FailureContext): string;
  /** The server-sent event that tells a failure inside an answer; the stream ends after it. */
  renderStreamFailure(failure: Failure, context: FailureContext): string;
  /** What shows in a silent stream that it lives, between two events, where SDKs stumble over a comment line. */
  readonly heartbeat?: string;
}

/** A JSON Schema (2020-12), as OpenAPI 3.1 embeds it. */
export interface JsonSchema {
  readonly [keyword: string]: unknown;
}
