import { payloadCapture, strategy } from '@tollgate/contracts';
import { z } from 'zod';
import type { OrganizationRow } from '../domain/rows.ts';
import { budgets, budgetView, name, resourceView, showRow } from '../http/fields.ts';

const optionalFields = {
  defaultRoutingStrategy: strategy.nullable().optional(),
  payloadCapture: payloadCapture.optional(),
  budgets: budgets.optional(),
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
  })
  .meta({ id: 'Organization' });

export function showOrganization(row: OrganizationRow): z.infer<typeof organizationView> {
  return {
    ...showRow(row),
    name: row.name,
    defaultRoutingStrategy: row.defaultRoutingStrategy,
    payloadCapture: row.payloadCapture,
    budgets: row.budgets.map((one) => ({ ...one, alertPct: [...one.alertPct] })),
  };
}
