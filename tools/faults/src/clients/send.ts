import type { ClientEntry, SeenEnd } from '../domain/logs.ts';

export interface ClientCall {
  readonly url: string;
  readonly key: { readonly id: string; readonly text: string };
  readonly model: string;
  readonly tag: string;
  readonly stream: boolean;
  readonly maxTokens: number;
  /** Goes away after the first chunk. */
  readonly leaves: boolean;
}

/** What a client noted, and what only matters to who watches the traffic. */
export interface SentEntry extends ClientEntry {
  readonly retryAfter: string | null;
  readonly at: number;
}

const PATIENCE_MS = 20_000;

/** Sends one chat, reads the answer as far as it wants to, and notes what it saw. Never throws. */
export async function send(call: ClientCall): Promise<SentEntry> {
  const leaving = new AbortController();
  const seen = { status: 0, requestId: null as string | null, retryAfter: null as string | null };
  const note = (end: SeenEnd, code: string | null = null): SentEntry => ({
    tag: call.tag,
    keyId: call.key.id,
    ...seen,
    end,
    code,
    at: performance.now(),
  });
  try {
    const response = await fetch(`${call.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${call.key.text}`, 'content-type': 'application/json' },
      body: bodyOf(call),
      signal: AbortSignal.any([leaving.signal, AbortSignal.timeout(PATIENCE_MS)]),
    });
    seen.status = response.status;
    seen.requestId = response.headers.get('x-tollgate-request-id');
    seen.retryAfter = response.headers.get('retry-after');
    if (response.status !== 200) return note('finished', codeOf(await response.text()));
    if (!call.stream) {
      await response.json();
      return note('finished');
    }
    return note(await readStream(response, call.leaves ? () => leaving.abort() : undefined));
  } catch {
    return note(seen.status === 0 ? 'none' : 'cut');
  }
}

function bodyOf({ model, tag, stream, maxTokens }: ClientCall): string {
  const messages = [{ role: 'user', content: 'Tell me something about tolls.' }];
  const usage = stream ? { stream, stream_options: { include_usage: true } } : {};
  return JSON.stringify({ model, user: tag, max_tokens: maxTokens, messages, ...usage });
}

/** A stream is whole when its end was said; an error in it is no end. */
async function readStream(response: Response, leave: (() => void) | undefined): Promise<SeenEnd> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const bytes of response.body ?? []) {
    text += decoder.decode(bytes, { stream: true });
    if (leave && text.includes('"content"')) {
      leave();
      return 'left';
    }
  }
  return text.includes('data: [DONE]') && !text.includes('"error"') ? 'finished' : 'cut';
}

function codeOf(text: string): string | null {
  try {
    const body: { readonly error?: { readonly code?: string } } = JSON.parse(text);
    return body.error?.code ?? null;
  } catch {
    return null;
  }
}
