import { z } from 'zod';
import type { RequestMessage } from '../message.ts';

export const keptResponseRequest = z.object({
  organizationId: z.string(),
  projectId: z.string(),
  responseId: z.string().max(200),
  action: z.enum(['show', 'delete']),
});
export type KeptResponseRequest = z.infer<typeof keptResponseRequest>;

export const keptResponseAnswer = z.object({
  /** `done`: it was kept; shown or gone now. */
  outcome: z.enum(['done', 'not_found', 'unavailable']),
  /** The `response` object as the client got it, where it was to be shown. */
  response: z.record(z.string(), z.unknown()).optional(),
});
export type KeptResponseAnswer = z.infer<typeof keptResponseAnswer>;

/** Shows or deletes a response that is kept for its project: adapters alone can open it. */
export const readKeptResponse: RequestMessage<KeptResponseRequest, KeptResponseAnswer> = {
  kind: 'request',
  subject: 'tollgate.adapter.kept-response.v1',
  service: 'provider-adapter',
  request: keptResponseRequest,
  answer: keptResponseAnswer,
  timeoutMs: 5_000,
};
