import { z } from 'zod';
import type { EventMessage } from '../message.ts';

/** Announced after compiled config was written. A listener that missed a revision drops all that it holds. */
export const configChangedEvent = z.object({
  revision: z.number().int().nonnegative(),
  previousRevision: z.number().int().nonnegative(),
  /** KV keys that were written or deleted. */
  keys: z.array(z.string()),
});
export type ConfigChanged = z.infer<typeof configChangedEvent>;

export const configChanged: EventMessage<ConfigChanged> = {
  kind: 'event',
  subject: 'tollgate.event.config-changed.v1',
  delivery: 'broadcast',
  event: configChangedEvent,
};
