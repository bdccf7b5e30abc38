import { z } from 'zod';
import type { SecretRow } from '../domain/rows.ts';
import { name, resourceView, showRow } from '../http/fields.ts';

const MAX_SECRET_CHARS = 16_384;

const value = z
  .string()
  .min(1)
  .max(MAX_SECRET_CHARS)
  .meta({ description: 'The credential itself. Written, never read back.', writeOnly: true });

export const createSecretBody = z.strictObject({ projectId: z.string(), name, value });
export type CreateSecret = z.infer<typeof createSecretBody>;

export const patchSecretBody = z.strictObject({ name: name.optional(), value: value.optional() });
export type PatchSecret = z.infer<typeof patchSecretBody>;

export const secretView = resourceView
  .extend({ projectId: z.string(), name: z.string() })
  .meta({ id: 'Secret' });

export function showSecret(row: SecretRow): z.infer<typeof secretView> {
  return { ...showRow(row), projectId: row.projectId, name: row.name };
}
