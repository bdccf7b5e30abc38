import { z } from 'zod';
import type { EventMessage } from '../message.ts';

/** What became of the calls to one model on one connection since the last report of this adapter. */
export const outcome = z.object({
  aiProviderId: z.string(),
  model: z.string(),
  succeeded: z.number().int().nonnegative(),
  /** Failure code (`provider.…`) to how often. The caller's own mistakes are not among them. */
  failed: z.record(z.string(), z.number().int().positive()),
  /** Sum over the succeeded calls, milliseconds. */
  ttftMsSum: z.number().nonnegative(),
  durationMsSum: z.number().nonnegative(),
  /** The longest `Retry-After` that was seen. */
  retryAfterMs: z.number().nonnegative(),
});
export type Outcome = z.infer<typeof outcome>;

export const callsObservedEvent = z.object({
  /** The reporting adapter. */
  instanceId: z.string(),
  at: z.number(),
  outcomes: z.array(outcome),
});
export type CallsObserved = z.infer<typeof callsObservedEvent>;

export const callsObserved: EventMessage<CallsObserved> = {
  kind: 'event',
  subject: 'tollgate.event.calls-observed.v1',
  delivery: 'broadcast',
  event: callsObservedEvent,
};
