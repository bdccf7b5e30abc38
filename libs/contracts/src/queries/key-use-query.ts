import { z } from 'zod';
import type { RequestMessage } from '../message.ts';

/** Asks by ids alone: whoever asks knows whose keys they are. */
export const keyUseQuery = z.object({ keyIds: z.array(z.string()).max(1_000) });
export type KeyUseQuery = z.infer<typeof keyUseQuery>;

export const keyUseAnswer = z.discriminatedUnion('outcome', [
  z.object({
    outcome: z.literal('found'),
    /** When each key's last admitted request began, milliseconds since the epoch. Keys that had none are not named. */
    lastUsedAt: z.record(z.string(), z.number()),
  }),
  z.object({ outcome: z.literal('unavailable') }),
]);
export type KeyUseAnswer = z.infer<typeof keyUseAnswer>;

/** When keys were used last. */
export const queryKeyUse: RequestMessage<KeyUseQuery, KeyUseAnswer> = {
  kind: 'request',
  subject: 'tollgate.trace.key-use.v1',
  service: 'trace-ingest',
  request: keyUseQuery,
  answer: keyUseAnswer,
  timeoutMs: 2_000,
};
