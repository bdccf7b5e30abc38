/** A top-level member of a JSON object, by its place in the bytes. `valueEnd` is exclusive. */
export interface JsonMember {
  /** Decoded. */
  readonly key: string;
  /** Where the key's opening quote stands. */
  readonly keyStart: number;
  readonly valueStart: number;
  readonly valueEnd: number;
}

export type ScanReason =
  | 'not_an_object'
  | 'malformed'
  | 'too_deep'
  | 'too_many_values'
  | 'too_many_members'
  | 'duplicate_key'
  | 'forbidden_key';

export type ScanResult =
  | { readonly ok: true; readonly members: readonly JsonMember[]; readonly depth: number }
  | {
      readonly ok: false;
      readonly reason: ScanReason;
      readonly offset: number;
      /** The key at fault, for `duplicate_key` and `forbidden_key`. */
      readonly key?: string;
    };

export interface ScanLimits {
  /** Deepest nesting of objects and arrays; the outermost object counts as 1. */
  readonly maxDepth: number;
  /** Most values and keys in the whole text, so that a small body cannot become a huge tree. Default 500,000. */
  readonly maxValues?: number;
  /** Most members of the outermost object. Default 256. */
  readonly maxMembers?: number;
}

export const DEFAULT_MAX_VALUES = 500_000;
export const DEFAULT_MAX_MEMBERS = 256;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const COLON = 0x3a;
const COMMA = 0x2c;
const SPACE = 0x20;

const PROTO = '__proto__';
/** `__proto__` with every character escaped as \uXXXX. */
const LONGEST_PROTO = PROTO.length * 6;
/** Strings longer than this are skipped by searching for the quote natively. */
const SHORT_STRING = 64;

/**
 * Finds the members of the outermost object in one pass, without building anything: what JSON.parse must not see
 * (deep nesting, a flood of values) and what it would hide (duplicate keys, `__proto__`) is refused here.
 *
 * Checks structure alone; whether strings, numbers and literals are JSON is for JSON.parse to say. Where JSON.parse
 * accepts the text too, the members are the ones that it sees. The bytes must be valid UTF-8. Linear in their length.
 */
export function scanTopLevel(bytes: Uint8Array, limits: ScanLimits): ScanResult {
  return new Scanner(bytes, limits).run();
}

class Scanner {
  private readonly bytes: Buffer;
  private readonly maxDepth: number;
  private readonly maxValues: number;
  private readonly maxMembers: number;
  private readonly members: JsonMember[] = [];
  private seen: Set<string> | undefined;
  private deepest = 1;
  private values = 0;
  /** Whether the string that was skipped last holds an escape; true as well when it is too long to matter. */
  private escaped = false;

  constructor(bytes: Uint8Array, limits: ScanLimits) {
    this.bytes = Buffer.isBuffer(bytes)
      ? bytes
      : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.maxDepth = limits.maxDepth;
    this.maxValues = limits.maxValues ?? DEFAULT_MAX_VALUES;
    this.maxMembers = limits.maxMembers ?? DEFAULT_MAX_MEMBERS;
  }

  run(): ScanResult {
    const { bytes } = this;
    const start = this.skipSpace(0);
    if (bytes[start] !== OPEN_BRACE) return refuse('not_an_object', start);
    if (this.maxDepth < 1) return refuse('too_deep', start);

    let at = this.skipSpace(start + 1);
    if (bytes[at] === CLOSE_BRACE) return this.finish(at + 1);
    for (;;) {
      const keyStart = at;
      if (bytes[keyStart] !== QUOTE) return refuse('malformed', keyStart);
      const keyEnd = this.skipString(keyStart);
      if (keyEnd < 0) return refuse('malformed', keyStart);
      const key = this.decodeKey(keyStart, keyEnd);
      if (key === undefined) return refuse('malformed', keyStart);
      if (key === PROTO) return refuse('forbidden_key', keyStart, PROTO);
      if (this.isDuplicate(key)) return refuse('duplicate_key', keyStart, key);
      if (this.members.length >= this.maxMembers) return refuse('too_many_members', keyStart);

      const colon = this.skipSpace(keyEnd);
      if (bytes[colon] !== COLON) return refuse('malformed', colon);
      const valueStart = this.skipSpace(colon + 1);
      const end = this.skipValue(valueStart);
      if (typeof end !== 'number') return end;
      let valueEnd = end;
      while (valueEnd > valueStart && isSpace(bytes[valueEnd - 1])) valueEnd--;
      if (valueEnd === valueStart) return refuse('malformed', valueStart);
      this.members.push({ key, keyStart, valueStart, valueEnd });

      if (bytes[end] === CLOSE_BRACE) return this.finish(end + 1);
      at = this.skipSpace(end + 1);
    }
  }

  private finish(after: number): ScanResult {
    const end = this.skipSpace(after);
    if (end !== this.bytes.length) return refuse('malformed', end);
    return { ok: true, members: this.members, depth: this.deepest };
  }

  /** Answers where the `,` or `}` stands that ends the top-level value. */
  private skipValue(start: number): number | ScanResult {
    const { bytes } = this;
    const length = bytes.length;
    let depth = 1;
    let lastString = -1;
    let lastStringEnd = -1;
    for (let i = start; i < length; i++) {
      const c = bytes[i];
      if (c === QUOTE) {
        lastString = i;
        lastStringEnd = this.skipString(i);
        if (lastStringEnd < 0) return refuse('malformed', i);
        i = lastStringEnd - 1;
      } else if (c === COMMA) {
        if (depth === 1) return i;
        if (++this.values > this.maxValues) return refuse('too_many_values', i);
      } else if (c === COLON) {
        if (depth === 1 || lastString < 0) return refuse('malformed', i);
        if (this.isProto(lastString, lastStringEnd))
          return refuse('forbidden_key', lastString, PROTO);
        if (++this.values > this.maxValues) return refuse('too_many_values', i);
      } else if (c === OPEN_BRACE || c === OPEN_BRACKET) {
        if (++depth > this.maxDepth) return refuse('too_deep', i);
        if (depth > this.deepest) this.deepest = depth;
        if (++this.values > this.maxValues) return refuse('too_many_values', i);
      } else if (c === CLOSE_BRACE || c === CLOSE_BRACKET) {
        if (depth === 1) return c === CLOSE_BRACE ? i : refuse('malformed', i);
        depth--;
      }
    }
    return refuse('malformed', length);
  }

  /** @param quote where the opening quote stands. Answers the place after the closing one, -1 when there is none. */
  private skipString(quote: number): number {
    const { bytes } = this;
    const near = Math.min(bytes.length, quote + SHORT_STRING);
    this.escaped = false;
    for (let i = quote + 1; i < near; i++) {
      const c = bytes[i];
      if (c === QUOTE) return i + 1;
      if (c === BACKSLASH) {
        this.escaped = true;
        i++;
      }
    }
    this.escaped = true;
    return this.skipLongString(quote);
  }

  private skipLongString(quote: number): number {
    const { bytes } = this;
    let from = quote + 1;
    for (;;) {
      const end = bytes.indexOf(QUOTE, from);
      if (end < 0) return -1;
      let backslashes = 0;
      while (bytes[end - 1 - backslashes] === BACKSLASH) backslashes++;
      if (backslashes % 2 === 0) return end + 1;
      from = end + 1;
    }
  }

  private isProto(start: number, end: number): boolean {
    const length = end - start - 2;
    if (length < PROTO.length || length > LONGEST_PROTO) return false;
    if (length === PROTO.length) return this.bytes.toString('latin1', start + 1, end - 1) === PROTO;
    return this.escaped && this.decodeKey(start, end) === PROTO;
  }

  private decodeKey(start: number, end: number): string | undefined {
    if (!this.escaped) return this.bytes.toString('utf8', start + 1, end - 1);
    try {
      // The slice is one string token, so JSON.parse answers a string or throws.
      return JSON.parse(this.bytes.toString('utf8', start, end)) as string;
    } catch {
      return undefined;
    }
  }

  private isDuplicate(key: string): boolean {
    const { members } = this;
    if (members.length < 12) {
      for (let i = 0; i < members.length; i++) if (members[i]?.key === key) return true;
      return false;
    }
    this.seen ??= new Set(members.map((member) => member.key));
    if (this.seen.has(key)) return true;
    this.seen.add(key);
    return false;
  }

  private skipSpace(from: number): number {
    const { bytes } = this;
    let at = from;
    while (isSpace(bytes[at])) at++;
    return at;
  }
}

function isSpace(c: number | undefined): boolean {
  return c === SPACE || c === 0x0a || c === 0x0d || c === 0x09;
}

function refuse(reason: ScanReason, offset: number, key?: string): ScanResult {
  return key === undefined ? { ok: false, reason, offset } : { ok: false, reason, offset, key };
}
