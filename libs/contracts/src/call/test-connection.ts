import { z } from 'zod';
import type { RequestMessage } from '../message.ts';

export const connectionTestRequest = z.object({
  organizationId: z.string(),
  aiProviderId: z.string(),
  /** Asked for one token where the vendor lists no models. */
  model: z.string().optional(),
});
export type ConnectionTestRequest = z.infer<typeof connectionTestRequest>;

/**
 * What came of listing a provider's models with the connection's credential, or of asking one for a token where it lists none.
 * Holds no provider text but model names.
 */
export const connectionTestAnswer = z.object({
  outcome: z.enum([
    'ok',
    'rejected_credentials',
    'unreachable',
    'timed_out',
    'unexpected_answer',
    'misconfigured',
    'not_supported',
  ]),
  /** Null when there was no answer. */
  httpStatus: z.number().int().nullable(),
  durationMs: z.number().nonnegative(),
  /** The first hundred. */
  models: z.array(z.string()),
});
export type ConnectionTestAnswer = z.infer<typeof connectionTestAnswer>;

/** Asks an adapter to try a connection: it alone opens credentials. */
export const testConnection: RequestMessage<ConnectionTestRequest, ConnectionTestAnswer> = {
  kind: 'request',
  subject: 'tollgate.adapter.test-connection.v1',
  service: 'provider-adapter',
  request: connectionTestRequest,
  answer: connectionTestAnswer,
  timeoutMs: 15_000,
};
