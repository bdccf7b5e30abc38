import { optional } from '@tollgate/dialects';
import type { Answer } from '@tollgate/neutral';

/** What stands at the top of an answer and of each of its chunks. */
export function decodeHead(
  answer: Readonly<Record<string, unknown>>,
): Omit<Answer, 'choices' | 'usage'> {
  const { id, model, created, service_tier: tier, system_fingerprint: fingerprint } = answer;
  return {
    id: typeof id === 'string' ? id : '',
    model: typeof model === 'string' ? model : '',
    createdAt: typeof created === 'number' ? created : null,
    ...optional('serviceTier', typeof tier === 'string' ? tier : undefined),
    ...optional(
      'systemFingerprint',
      typeof fingerprint === 'string' && fingerprint !== '' ? fingerprint : undefined,
    ),
  };
}
