import { Client, type buildConnector, type Dispatcher } from 'undici';
import { ForbiddenAddressError } from './forbidden-address-error.ts';

export interface GuardedGetOptions {
  readonly connect: buildConnector.connector;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** More bytes than these are refused, whatever length was announced. */
  readonly maxBytes: number;
  readonly maxRedirects: number;
  /** The longest silence, milliseconds; the whole is limited by `signal`. */
  readonly idleMs: number;
  readonly signal: AbortSignal;
}

export type GetRefusal =
  /** No http(s) URL, or an address that may not be dialled; at any hop. */
  | 'forbidden'
  | 'too_many_redirects'
  /** Answered with something else than 200. */
  | 'refused'
  | 'too_large'
  | 'unreachable'
  | 'aborted';

export type GetOutcome =
  | { readonly ok: true; readonly contentType: string | null; readonly body: Buffer }
  | { readonly ok: false; readonly refusal: GetRefusal };

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/**
 * A GET of bytes from an address that somebody else named. Each hop is a connection of its own through the guarded
 * connector; nothing is kept open. Never rejects.
 * @param readUrl reads and checks the URL of each hop; undefined refuses it
 */
export async function guardedGet(
  text: string,
  readUrl: (text: string) => URL | undefined,
  options: GuardedGetOptions,
): Promise<GetOutcome> {
  let target = text;
  for (let hop = 0; hop <= options.maxRedirects; hop++) {
    const url = readUrl(target);
    if (!url) return { ok: false, refusal: 'forbidden' };
    const outcome = await visit(url, options);
    if (typeof outcome !== 'string') return outcome;
    target = outcome;
  }
  return { ok: false, refusal: 'too_many_redirects' };
}

/** What came of one hop; a text is the URL of the next one. */
async function visit(url: URL, options: GuardedGetOptions): Promise<GetOutcome | string> {
  const { connect, headers, idleMs, signal } = options;
  const client = new Client(url.origin, {
    connect,
    headersTimeout: idleMs,
    bodyTimeout: idleMs,
    pipelining: 1,
  });
  try {
    const path = `${url.pathname}${url.search}`;
    const answer = await client.request({ method: 'GET', path, headers, signal });
    // An unread body breaks when the client goes, and nobody else listens.
    answer.body.on('error', ignore);
    const { statusCode } = answer;
    const { location } = answer.headers;
    if (REDIRECTS.has(statusCode) && typeof location === 'string')
      return URL.canParse(location, url.href) ? new URL(location, url.href).href : 'invalid:';
    return statusCode === 200 ? await readBody(answer, options.maxBytes) : refusedBy('refused');
  } catch (error) {
    if (signal.aborted) return refusedBy('aborted');
    return refusedBy(error instanceof ForbiddenAddressError ? 'forbidden' : 'unreachable');
  } finally {
    await client.destroy();
  }
}

function ignore(): void {}

async function readBody(
  { headers, body }: Dispatcher.ResponseData,
  maxBytes: number,
): Promise<GetOutcome> {
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity') return refusedBy('refused');
  if (Number(headers['content-length'] ?? 0) > maxBytes) return refusedBy('too_large');
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBytes) return refusedBy('too_large');
    chunks.push(chunk);
  }
  const contentType = headers['content-type'];
  return {
    ok: true,
    contentType: typeof contentType === 'string' ? contentType : null,
    body: Buffer.concat(chunks),
  };
}

function refusedBy(refusal: GetRefusal): GetOutcome {
  return { ok: false, refusal };
}
