import { validateHeaderName, validateHeaderValue } from 'node:http';

/** What a model does instead of its ordinary answer. Every field is optional; times are in milliseconds. */
export interface Behaviour {
  /** HTTP status, 200 to 599. From 400 on the answer is `body`, or a failure in the wire's own shape. */
  readonly status?: number;
  /** Added to the answer, in place of those with the same name. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent in place of the answer: text as it stands, anything else as JSON. */
  readonly body?: unknown;
  /** Before the status line and the headers. */
  readonly delayMs?: number;
  /** From the headers to the first chunk; counts towards a unary answer too. */
  readonly ttftMs?: number;
  /** How many tokens (words) the text has. */
  readonly outputTokens?: number;
  /** Between chunks; a unary answer takes it once for each token. */
  readonly chunkDelayMs?: number;
  /** After this many content chunks: silence on an open connection. */
  readonly stallAfterChunks?: number;
  /** After this many content chunks: the connection is destroyed. */
  readonly cutAfterChunks?: number;
  /** After this many content chunks: bytes that are neither SSE nor JSON, then on as before. */
  readonly garbageAfterChunks?: number;
  /** How many requests it is for; then it is removed. */
  readonly times?: number;
  /** Counted into the completion tokens and against the request's output cap. */
  readonly reasoningTokens?: number;
  /** How many of the prompt tokens were read from a cache; at most all of them. */
  readonly cachedTokens?: number;
  /** The text of the answer. With `outputTokens` it is repeated or cut to that many words. */
  readonly text?: string;
}

export interface BehaviourFault {
  readonly field: string | null;
  readonly message: string;
}

const longestPauseMs = 3_600_000;
const mostTokens = 100_000;
const mostHeaders = 64;

/** Says what is wrong with a value, or null. */
type Check = (value: unknown) => string | null;

const checks = {
  status: integer(200, 599),
  headers: headerTable,
  body: () => null,
  delayMs: integer(0, longestPauseMs),
  ttftMs: integer(0, longestPauseMs),
  outputTokens: integer(0, mostTokens),
  chunkDelayMs: integer(0, longestPauseMs),
  stallAfterChunks: integer(0, mostTokens),
  cutAfterChunks: integer(0, mostTokens),
  garbageAfterChunks: integer(0, mostTokens),
  times: integer(1, 1_000_000_000),
  reasoningTokens: integer(0, 10_000_000),
  cachedTokens: integer(0, 10_000_000),
  text: (value) => (typeof value === 'string' ? null : 'must be a string'),
} satisfies Record<keyof Behaviour, Check>;

/** Reads a behaviour; an unknown field or an unfit value is a fault that names the field. */
export function parseBehaviour(
  value: unknown,
): { readonly behaviour: Behaviour } | { readonly fault: BehaviourFault } {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { fault: { field: null, message: 'A behaviour is a JSON object.' } };
  }
  for (const [field, content] of Object.entries(value)) {
    if (!isField(field)) {
      const known = Object.keys(checks).join(', ');
      return { fault: { field, message: `Unknown field '${field}'. Known fields: ${known}.` } };
    }
    const wrong = checks[field](content);
    if (wrong !== null) return { fault: { field, message: `'${field}' ${wrong}.` } };
  }
  // Every own field was checked against its type above.
  const behaviour = value as Behaviour;
  if (behaviour.headers === undefined) return { behaviour };
  return { behaviour: { ...behaviour, headers: inLowerCase(behaviour.headers) } };
}

/** So that a header takes the place of one that the answer would have. */
function inLowerCase(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, content]) => [name.toLowerCase(), content]),
  );
}

function isField(name: string): name is keyof Behaviour {
  return Object.hasOwn(checks, name);
}

function integer(least: number, most: number): Check {
  return (value) =>
    Number.isInteger(value) && Number(value) >= least && Number(value) <= most
      ? null
      : `must be a whole number from ${least} to ${most}`;
}

function headerTable(value: unknown): string | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return 'must be an object of strings';
  }
  const entries = Object.entries(value);
  if (entries.length > mostHeaders) return `has more than ${mostHeaders} headers`;
  for (const [name, content] of entries) {
    if (typeof content !== 'string') return 'must be an object of strings';
    try {
      validateHeaderName(name);
      validateHeaderValue(name, content);
    } catch {
      return `has a header that HTTP does not allow: ${JSON.stringify(name)}`;
    }
  }
  return null;
}
