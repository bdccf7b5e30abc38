import { type buildConnector, Client } from 'undici';
import { ForbiddenAddressError } from './forbidden-address-error.ts';

export interface GuardedPostOptions {
  readonly connect: buildConnector.connector;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** For all of it, from dialling to the answer's head; milliseconds. */
  readonly timeoutMs: number;
  /** How much of the answer's body is read, and thrown away, before the connection is cut. */
  readonly maxAnswerBytes: number;
}

export type PostOutcome =
  | { readonly ok: true; readonly status: number }
  | { readonly ok: false; readonly refusal: 'forbidden' | 'timeout' | 'unreachable' };

/**
 * One POST to an address that somebody else named, over a connection of its own through the guarded connector. Redirects
 * are answers like any other: none is followed. Of the answer only the status is kept. Never rejects.
 */
export async function guardedPost(url: URL, options: GuardedPostOptions): Promise<PostOutcome> {
  const { connect, headers, body, timeoutMs } = options;
  const signal = AbortSignal.timeout(timeoutMs);
  const client = new Client(url.origin, { connect, pipelining: 1 });
  try {
    const path = `${url.pathname}${url.search}`;
    const answer = await client.request({ method: 'POST', path, headers, body, signal });
    // An unread body breaks when the client goes, and nobody else listens.
    answer.body.on('error', ignore);
    await answer.body.dump({ limit: options.maxAnswerBytes, signal }).catch(ignore);
    return { ok: true, status: answer.statusCode };
  } catch (error) {
    if (error instanceof ForbiddenAddressError) return { ok: false, refusal: 'forbidden' };
    return { ok: false, refusal: signal.aborted ? 'timeout' : 'unreachable' };
  } finally {
    await client.destroy();
  }
}

function ignore(): void {}
