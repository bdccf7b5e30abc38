import { type Failure, failure } from '@tollgate/contracts';

/** What the gateway reads off a request's header lines, in one pass. */
export interface RequestHead {
  /** The virtual key's text; null with `keyFailure`. */
  readonly keyText: string | null;
  /** Why there is no usable key. */
  readonly keyFailure: Failure | null;
  readonly contentType: string | null;
  readonly contentEncoding: string | null;
  /** As declared; null when it is not, or not a number. */
  readonly contentLength: number | null;
  /** The caller's own id, if it is fit to be repeated in a header. */
  readonly clientRequestId: string | null;
  /** Text of `x-forwarded-for`, all its lines in order. */
  readonly forwardedFor: string | null;
  /** A valid W3C trace context. */
  readonly traceparent: string | null;
  /** Text of `x-tollgate-metadata`. */
  readonly metadataText: string | null;
  /** Text of `x-tollgate-loss-policy`. */
  readonly lossPolicyText: string | null;
  /** Text of `x-tollgate-provider`. */
  readonly providerText: string | null;
  /** Text of `x-tollgate-provider-key`: a credential. */
  readonly providerKeyText: string | null;
  /** Header lines that belong to what the client speaks, by names in lower case; null when there are none. */
  readonly dialectHeaders: Readonly<Record<string, string>> | null;
}

const BEARER = 'bearer ';
/** Printable, no blanks: safe in headers, logs and records. */
const CLIENT_REQUEST_ID = /^[\x21-\x7e]{1,128}$/;
const TRACEPARENT = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;
const NO_KEYS: readonly string[] = [];
const KEY_TEXT = /^tg_live_[0-9A-Za-z_-]{4,200}$/;

/**
 * @param rawHeaders names and values in turn, as they arrived: duplicates are still visible here
 * @param urlKeys keys that the URL carries, for clients of Google's
 */
export function readRequestHead(
  rawHeaders: readonly string[],
  urlKeys: readonly string[] = NO_KEYS,
): RequestHead {
  const reader = new HeadReader();
  for (const key of urlKeys) reader.takeKey(key);
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    reader.take(rawHeaders[i] ?? '', rawHeaders[i + 1] ?? '');
  }
  reader.finish();
  return reader;
}

class HeadReader implements RequestHead {
  keyText: string | null = null;
  keyFailure: Failure | null = null;
  contentType: string | null = null;
  contentEncoding: string | null = null;
  contentLength: number | null = null;
  clientRequestId: string | null = null;
  forwardedFor: string | null = null;
  traceparent: string | null = null;
  metadataText: string | null = null;
  lossPolicyText: string | null = null;
  providerText: string | null = null;
  providerKeyText: string | null = null;
  dialectHeaders: Record<string, string> | null = null;
  private authorizations = 0;

  take(name: string, value: string): void {
    // Lengths tell the names apart, so that most headers cost a comparison of numbers.
    switch (name.length) {
      case 9:
        if (name.toLowerCase() === 'x-api-key') this.takeKey(value);
        return;
      case 11:
        return this.takeEleven(name.toLowerCase(), value);
      case 12:
        return this.takeTwelve(name.toLowerCase(), value);
      case 13:
        if (name.toLowerCase() === 'authorization') this.takeAuthorization(value);
        return;
      case 14:
        return this.takeFourteen(name.toLowerCase(), value);
      case 15:
        if (name.toLowerCase() === 'x-forwarded-for')
          this.forwardedFor = joined(this.forwardedFor, value);
        return;
      case 16:
        if (name.toLowerCase() === 'content-encoding') this.contentEncoding = value;
        return;
      case 17:
        if (name.toLowerCase() === 'anthropic-version')
          this.noteDialect('anthropic-version', value);
        return;
      case 19:
        return this.takeNineteen(name.toLowerCase(), value);
      case 22:
        if (name.toLowerCase() === 'x-tollgate-loss-policy') this.lossPolicyText = value;
        return;
      case 23:
        if (name.toLowerCase() === 'x-tollgate-provider-key')
          this.providerKeyText = joined(this.providerKeyText, value);
    }
  }

  finish(): void {
    if (this.keyFailure === null && this.keyText === null) {
      this.keyFailure = failure('auth.missing_api_key');
    }
    if (this.keyFailure !== null) this.keyText = null;
  }

  takeKey(text: string): void {
    if (this.keyText !== null && this.keyText !== text) {
      this.refuse(ambiguous('The request carries two different API keys.'));
    } else if (KEY_TEXT.test(text)) {
      this.keyText = text;
    } else {
      this.refuse(failure('auth.invalid_api_key'));
    }
  }

  private takeEleven(name: string, value: string): void {
    if (name === 'traceparent' && TRACEPARENT.test(value)) this.traceparent = value;
    else if (name === 'openai-beta') this.noteDialect(name, value);
  }

  private takeTwelve(name: string, value: string): void {
    if (name === 'content-type') this.contentType = value;
    else if (name === 'x-request-id' && CLIENT_REQUEST_ID.test(value)) this.clientRequestId = value;
  }

  private takeFourteen(name: string, value: string): void {
    if (name === 'x-goog-api-key') this.takeKey(value);
    else if (name === 'anthropic-beta') this.noteDialect(name, value);
    else if (name === 'content-length') {
      const length = Number(value);
      this.contentLength = Number.isSafeInteger(length) ? length : null;
    }
  }

  private takeNineteen(name: string, value: string): void {
    if (name === 'x-tollgate-metadata') this.metadataText = value;
    else if (name === 'x-tollgate-provider') this.providerText = joined(this.providerText, value);
  }

  private takeAuthorization(value: string): void {
    if (++this.authorizations > 1) {
      this.refuse(ambiguous('The request has two Authorization headers.'));
    } else if (value.slice(0, BEARER.length).toLowerCase() === BEARER) {
      this.takeKey(value.slice(BEARER.length).trim());
    } else {
      this.refuse(failure('auth.invalid_api_key'));
    }
  }

  /** Several lines of one name are one list, as HTTP has it. */
  private noteDialect(name: string, value: string): void {
    const known = this.dialectHeaders?.[name];
    const text = known === undefined ? value : `${known},${value}`;
    this.dialectHeaders = { ...this.dialectHeaders, [name]: text };
  }

  /** What is ambiguous weighs more than what is merely wrong. */
  private refuse(reason: Failure): void {
    if (this.keyFailure?.code !== 'request.validation_error') this.keyFailure = reason;
  }
}

/** Two lines of one name are two values with a comma, which no key and no provider's name can hold. */
function joined(known: string | null, value: string): string {
  return known === null ? value : `${known}, ${value}`;
}

function ambiguous(message: string): Failure {
  return failure('request.validation_error', { message, param: 'authorization' });
}
