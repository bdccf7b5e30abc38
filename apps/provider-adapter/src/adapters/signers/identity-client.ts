import { Agent, type buildConnector, fetch, request } from 'undici';

/** No identity provider answers with more. */
const MOST_BYTES = 1024 * 1024;
const TIMEOUT_MS = 10_000;

export interface IdentityAnswer {
  readonly status: number;
  readonly text: string;
}

/** Asks identity providers through the guarded connector. Redirects are not followed; an answer takes 10 s at most. */
export class IdentityClient {
  private readonly agent: Agent;

  constructor(connect: buildConnector.connector) {
    this.agent = new Agent({
      connect,
      connections: 4,
      headersTimeout: TIMEOUT_MS,
      bodyTimeout: TIMEOUT_MS,
      maxResponseSize: MOST_BYTES,
    });
  }

  /** Posts a form. Rejects when there is no answer. */
  async postForm(url: string, fields: Readonly<Record<string, string>>): Promise<IdentityAnswer> {
    const { statusCode, body } = await request(url, {
      dispatcher: this.agent,
      method: 'POST',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        accept: 'application/json',
      },
      body: new URLSearchParams(fields).toString(),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    return { status: statusCode, text: await body.text() };
  }

  /** `fetch`, for libraries that take one. */
  readonly fetch: typeof globalThis.fetch = (input, init) =>
    this.fetchGuarded(String(input instanceof Request ? input.url : input), init);

  /** What the AWS SDK takes as its `requestHandler`. */
  async handleAws(asked: AwsHttpRequest): Promise<{ readonly response: AwsHttpResponse }> {
    const { protocol, hostname, port, path, method, headers, body } = asked;
    const origin = `${protocol}//${hostname}${port === undefined ? '' : `:${port}`}`;
    const answer = await request(`${origin}${path}`, {
      dispatcher: this.agent,
      method: method === 'GET' ? 'GET' : 'POST',
      headers,
      body: typeof body === 'string' || body instanceof Uint8Array ? body : null,
      signal: AbortSignal.timeout(TIMEOUT_MS),
    }).catch((error: unknown) => {
      // The SDK keeps what it knows as an error, and hides the rest behind one of its own.
      throw new Error('no answer', { cause: error });
    });
    const flat = Object.entries(answer.headers).map(([name, value]) => [name, String(value)]);
    return {
      response: {
        statusCode: answer.statusCode,
        headers: Object.fromEntries(flat),
        body: answer.body,
      },
    };
  }

  async close(): Promise<void> {
    await this.agent.destroy();
  }

  private async fetchGuarded(url: string, init: RequestInit | undefined): Promise<Response> {
    const { status, headers, text } = await this.post(url, init);
    return new Response(text, { status, headers });
  }

  /** undici's own `fetch` knows the agent; what it answers is made into the platform's kind. */
  private async post(
    url: string,
    init: RequestInit | undefined,
  ): Promise<IdentityAnswer & { readonly headers: [string, string][] }> {
    const answer = await fetch(url, {
      dispatcher: this.agent,
      method: init?.method ?? 'GET',
      headers: [...new Headers(init?.headers)],
      body: init?.body === undefined || init.body === null ? null : String(init.body),
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const type = answer.headers.get('content-type') ?? 'application/json';
    return {
      status: answer.status,
      headers: [['content-type', type]],
      text: await answer.text(),
    };
  }
}

export interface AwsHttpRequest {
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number;
  readonly path: string;
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly body?: unknown;
}

export interface AwsHttpResponse {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  readonly body: unknown;
}
