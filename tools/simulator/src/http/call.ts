import type { IncomingMessage, ServerResponse } from 'node:http';
import type { BehaviourStore } from '../behaviours/behaviour-store.ts';
import type { Journal } from '../journal/journal.ts';

/** One request, read to its end. */
export interface Call {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly method: string;
  /** Without the query, not decoded. */
  readonly path: string;
  readonly query: URLSearchParams | null;
  readonly body: Buffer;
  readonly receivedAtMs: number;
}

/** What all wires share. */
export interface Simulation {
  readonly behaviours: BehaviourStore;
  readonly journal: Journal;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** A new id, unique within this run and safe in a URL. */
  readonly nextId: () => string;
}

export type Handler = (call: Call) => void | Promise<void>;

/** How one vendor is spoken: a folder each. */
export interface Wire {
  /** The handler for a request of this wire; undefined leaves it to the next wire. */
  find(method: string, path: string): Handler | undefined;
  /** Answers in the wire's own shape, where no handler could. */
  refuse(call: Call, refusal: 'not_found' | 'too_large' | 'internal'): void;
}
