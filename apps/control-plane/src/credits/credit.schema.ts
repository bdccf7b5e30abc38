import { formatUsd, parseUsd } from '@tollgate/contracts';
import { z } from 'zod';
import type { CreditRow } from '../domain/rows.ts';

/** USD, as a number or, exactly, as a string. */
const amountUsd = z
  .union([z.number(), z.string()])
  .transform(String)
  .refine((text) => /^-?\d{1,15}(\.\d{1,12})?$/.test(text) && /[1-9]/.test(text), {
    error: 'must be a decimal number with at most 12 decimals, and not zero',
  })
  .meta({ description: 'USD. Below zero: a correction.' });

export const createCreditBody = z.strictObject({
  amountUsd,
  reference: z.string().min(1).max(200).meta({
    description:
      'Of whoever books it, such as the number of an invoice. The same one is booked once.',
  }),
  note: z.string().max(2_000).nullable().optional(),
  allowBelowSpent: z.boolean().optional().meta({
    description:
      'Take back credits that are spent already, or while nobody can tell whether they are.',
  }),
});
export type CreateCredit = z.infer<typeof createCreditBody>;

export const creditView = z
  .object({
    id: z.string(),
    organizationId: z.string(),
    amountUsd: z.string(),
    reference: z.string(),
    note: z.string().nullable(),
    createdAt: z.string().meta({ format: 'date-time' }),
  })
  .meta({ id: 'Credit' });

export const creditPage = z.object({
  data: z.array(creditView),
  nextCursor: z.string().nullable(),
  grantedUsd: z.string().meta({ description: 'All that was booked, corrections included.' }),
  spentUsd: z
    .string()
    .nullable()
    .meta({ description: 'What requests have used of it; null while budget is away.' }),
});

export function showCredit(row: CreditRow): z.infer<typeof creditView> {
  return {
    id: row.id,
    organizationId: row.organizationId,
    amountUsd: formatUsd(parseUsd(row.amountUsd) ?? 0n),
    reference: row.reference,
    note: row.note,
    createdAt: row.createdAt.toISOString(),
  };
}
