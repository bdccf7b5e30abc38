import { once } from 'node:events';
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import { Admission } from './admission.ts';
import { Answer } from './answer.ts';
import { type Account, authenticate } from './authentication.ts';
import type { Engine } from './engine.ts';
import { ClickHouseException } from './exception.ts';
import { execute, isStreamed } from './execute.ts';
import { parseHead, type QueryHead, type QueryRequest, withBody } from './query-request.ts';
import { type BodyLimits, BodyReader } from './request-body.ts';
import { Sessions } from './sessions.ts';
import { applySettings } from './settings.ts';

export interface ServerLimits extends BodyLimits {
  /** Queries that run at once; each holds a thread of the process. */
  readonly maxRunningQueries: number;
  readonly maxWaitingQueries: number;
  /** The largest result of a format that cannot be streamed. */
  readonly maxBufferedResultBytes: number;
}

export interface ServerOptions {
  readonly host: string;
  readonly port: number;
  readonly account: Account;
  readonly limits: ServerLimits;
}

const keepAliveMs = 30_000;
const interruptIntervalMs = 200;
const closeGraceMs = 5_000;

/** ClickHouse's HTTP interface on an engine in this process. */
export class ClickHouseServer {
  readonly #engine: Engine;
  readonly #options: ServerOptions;
  readonly #sessions: Sessions;
  readonly #admission: Admission;
  readonly #bodies: BodyReader;
  readonly #server: http.Server;
  readonly #active = new Set<Promise<void>>();

  constructor(engine: Engine, options: ServerOptions) {
    const { limits } = options;
    this.#engine = engine;
    this.#options = options;
    this.#sessions = new Sessions(engine);
    this.#admission = new Admission(limits.maxRunningQueries, limits.maxWaitingQueries);
    this.#bodies = new BodyReader(limits);
    this.#server = http.createServer({ keepAliveTimeout: keepAliveMs }, (request, response) => {
      const work = this.#handle(request, response).finally(() => this.#active.delete(work));
      this.#active.add(work);
    });
  }

  async listen(): Promise<void> {
    this.#server.listen(this.#options.port, this.#options.host);
    await once(this.#server, 'listening');
  }

  /** Lets running queries end, for 5 s at most, then closes sessions. */
  async close(): Promise<void> {
    this.#server.close();
    this.#server.closeIdleConnections();
    const force = setTimeout(() => {
      this.#server.closeAllConnections();
      this.#engine.interruptAll().catch(() => undefined);
    }, closeGraceMs);
    await Promise.allSettled([...this.#active]);
    clearTimeout(force);
    this.#server.closeAllConnections();
    this.#sessions.close();
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://clickhouse');
    if (isProbe(request, url)) {
      response.writeHead(200, { 'content-type': 'text/html; charset=UTF-8' }).end('Ok.\n');
      return;
    }
    let answer = new Answer(response, unknownHead);
    try {
      const head = parseHead(request, url);
      answer = new Answer(response, head);
      authenticate(request, url, this.#options.account);
      await this.#query(request, response, head, answer);
    } catch (error) {
      answer.fail(ClickHouseException.from(error), this.#engine.version);
    }
  }

  async #query(
    request: IncomingMessage,
    response: ServerResponse,
    head: QueryHead,
    answer: Answer,
  ): Promise<void> {
    const { body, release } = await this.#bodies.read(request);
    try {
      const query = withBody(head, body);
      const place = await this.#admission.enter();
      try {
        if (!response.destroyed) await this.#run(query, response, answer);
      } finally {
        place.release();
      }
    } finally {
      release();
    }
  }

  async #run(query: QueryRequest, response: ServerResponse, answer: Answer): Promise<void> {
    const lease = this.#sessions.lease(query.session);
    const tag = `http-${crypto.randomUUID()}`;
    let isDone = false;
    // A read whose client has gone is stopped; an insert runs on, its token makes a retry safe.
    const onClose = (): void => {
      if (query.statement.kind === 'read') this.#interrupt(tag, () => isDone);
    };
    try {
      const limit = isStreamed(query)
        ? {}
        : { max_result_bytes: String(this.#options.limits.maxBufferedResultBytes) };
      const own = { log_comment: tag, ...limit };
      const restore = applySettings(lease.connection, query, own, lease.isShared);
      response.once('close', onClose);
      try {
        await execute(query, lease.connection, answer);
      } finally {
        isDone = true;
        response.off('close', onClose);
        restore();
      }
    } finally {
      lease.release();
    }
  }

  /** Repeats until the query has ended: it may not have been known to the engine the first time. */
  async #interrupt(tag: string, isDone: () => boolean): Promise<void> {
    while (!isDone()) {
      await this.#engine.interrupt(tag).catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, interruptIntervalMs));
    }
  }
}

const unknownHead: QueryHead = {
  queryId: '',
  queryInUrl: undefined,
  database: undefined,
  session: undefined,
  defaultFormat: 'TabSeparated',
  settings: new Map(),
  encoding: undefined,
  isReadOnly: true,
};

/** Health probes need no account, as in ClickHouse. */
function isProbe(request: IncomingMessage, url: URL): boolean {
  if (url.pathname === '/ping' || url.pathname === '/replicas_status') return true;
  return request.method === 'GET' && url.pathname === '/' && !url.searchParams.has('query');
}
