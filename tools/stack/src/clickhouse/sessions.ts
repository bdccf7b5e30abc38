import type { Engine, EngineConnection } from './engine.ts';
import { ClickHouseException } from './exception.ts';
import type { SessionRequest } from './query-request.ts';

/** A connection for one request; `release` hands it back. */
export interface Lease {
  readonly connection: EngineConnection;
  /** A named session goes on after the request, so its settings must be put back. */
  readonly isShared: boolean;
  release(): void;
}

interface NamedSession {
  readonly connection: EngineConnection;
  isBusy: boolean;
  expiry: NodeJS.Timeout | undefined;
}

const maxSessions = 256;

/** Gives each request a connection of its own, or the one of the session it names. */
export class Sessions {
  readonly #engine: Engine;
  readonly #named = new Map<string, NamedSession>();

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  lease(request: SessionRequest | undefined): Lease {
    if (request) return this.#leaseNamed(request);
    const connection = this.#engine.connect();
    return { connection, isShared: false, release: () => connection.close() };
  }

  close(): void {
    for (const { connection, expiry } of this.#named.values()) {
      clearTimeout(expiry);
      connection.close();
    }
    this.#named.clear();
  }

  #leaseNamed(request: SessionRequest): Lease {
    const session = this.#named.get(request.id) ?? this.#open(request);
    if (session.isBusy) {
      const text = `Session ${request.id} is locked by a concurrent client`;
      throw ClickHouseException.of(373, 'SESSION_IS_LOCKED', text);
    }
    session.isBusy = true;
    clearTimeout(session.expiry);
    return {
      connection: session.connection,
      isShared: true,
      release: () => {
        session.isBusy = false;
        session.expiry = setTimeout(() => this.#expire(request.id), request.timeoutMs);
        session.expiry.unref();
      },
    };
  }

  #open(request: SessionRequest): NamedSession {
    if (request.mustExist) {
      const text = `Session ${request.id} is not found or has expired`;
      throw ClickHouseException.of(372, 'SESSION_NOT_FOUND', text, 404);
    }
    if (this.#named.size >= maxSessions) {
      const text = `Too many sessions. Maximum: ${maxSessions}`;
      throw ClickHouseException.of(202, 'TOO_MANY_SIMULTANEOUS_QUERIES', text);
    }
    const session = { connection: this.#engine.connect(), isBusy: false, expiry: undefined };
    this.#named.set(request.id, session);
    return session;
  }

  #expire(id: string): void {
    this.#named.get(id)?.connection.close();
    this.#named.delete(id);
  }
}
