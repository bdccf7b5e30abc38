import { z } from 'zod';
import type { EventMessage, RequestMessage } from '../message.ts';

/** Whether calls go through. Closed: all. Open: none. Half-open: some, to see. */
export const circuitState = z.enum(['closed', 'open', 'half-open']);
export type CircuitState = z.infer<typeof circuitState>;

/** So many calls failed that a model on a connection gets none for a while. Every instance of routing that sees it says so. */
export const circuitOpenedEvent = z.object({
  instanceId: z.string(),
  aiProviderId: z.string(),
  model: z.string(),
  /** Milliseconds since the epoch. */
  at: z.number(),
  /** Code of the most frequent failure lately (`provider.…`); empty when none is known. */
  failure: z.string(),
  /** Calls since the window of the circuit breaker began. */
  failed: z.number().int().nonnegative(),
  succeeded: z.number().int().nonnegative(),
  /** When calls go through again, to see whether it works; milliseconds since the epoch. */
  reopensAt: z.number(),
});
export type CircuitOpened = z.infer<typeof circuitOpenedEvent>;

/** Durable: somebody is to be told, though who tells is away. */
export const circuitOpened: EventMessage<CircuitOpened> = {
  kind: 'event',
  subject: 'tollgate.record.circuit-opened.v1',
  delivery: 'durable',
  event: circuitOpenedEvent,
};

const watchedModel = z.object({ aiProviderId: z.string(), model: z.string() });

/** The most that one question may name. */
export const MOST_WATCHED = 200;

export const healthRequest = z.object({ models: z.array(watchedModel).max(MOST_WATCHED) });
export type HealthRequest = z.infer<typeof healthRequest>;

/** In the order of the question. What an instance has not seen counts as closed, with no calls. */
export const healthAnswer = z.object({
  models: z.array(
    watchedModel.extend({
      state: circuitState,
      /** Calls since then; milliseconds since the epoch, 0 when none were seen. */
      since: z.number(),
      succeeded: z.number().int().nonnegative(),
      failed: z.number().int().nonnegative(),
    }),
  ),
});
export type HealthAnswer = z.infer<typeof healthAnswer>;

/** What one instance of routing sees of these models. It forgets when it restarts: only success is proof of health. */
export const readHealth: RequestMessage<HealthRequest, HealthAnswer> = {
  kind: 'request',
  subject: 'tollgate.routing.health.v1',
  service: 'routing',
  request: healthRequest,
  answer: healthAnswer,
  timeoutMs: 5_000,
};
