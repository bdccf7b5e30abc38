import { payloadCapture, priceOverride, strategy } from '@tollgate/contracts';
import { z } from 'zod';
import type { OrganizationRow } from '../domain/rows.ts';
import { budgets, budgetView } from '../http/budget.schema.ts';
import { name, resourceView, showRow } from '../http/fields.ts';
import { defaultPrice } from '../http/price.ts';

const cap = z.number().int().nonnegative().max(1_000_000_000).nullable();
const managedCaps = z.object({ chat: cap, images: cap, embeddings: cap });

const optionalFields = {
  defaultRoutingStrategy: strategy.nullable().optional(),
  payloadCapture: payloadCapture.optional(),
  budgets: budgets.optional(),
  defaultPrice,
  managedCaps: managedCaps
    .partial()
    .strict()
    .optional()
    .meta({
      description:
        "Requests that the operator's connections answer before the organization has bought credits, in all: for chat (and " +
        'what is neither of the others), images and embeddings. `null`: any number.',
    }),
};

export const createOrganizationBody = z.strictObject({ name, ...optionalFields });
export type CreateOrganization = z.infer<typeof createOrganizationBody>;

export const patchOrganizationBody = createOrganizationBody.partial();
export type PatchOrganization = z.infer<typeof patchOrganizationBody>;

export const organizationView = resourceView
  .extend({
    name: z.string(),
    defaultRoutingStrategy: strategy.nullable(),
    payloadCapture,
    budgets: z.array(budgetView),
    defaultPrice: priceOverride.nullable(),
    managedCaps,
  })
  .meta({ id: 'Organization' });

export function showOrganization(row: OrganizationRow): z.infer<typeof organizationView> {
  return {
    ...showRow(row),
    name: row.name,
    defaultRoutingStrategy: row.defaultRoutingStrategy,
    payloadCapture: row.payloadCapture,
    budgets: row.budgets.map((one) => ({ ...one, alertPct: [...one.alertPct] })),
    defaultPrice: row.defaultPrice && { ...row.defaultPrice },
    managedCaps: { ...row.managedCaps },
  };
}
