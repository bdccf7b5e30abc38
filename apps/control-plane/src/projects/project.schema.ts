import { payloadCapture, priceOverride, strategy } from '@tollgate/contracts';
import { z } from 'zod';
import type { ProjectRow } from '../domain/rows.ts';
import { budgets, budgetView } from '../http/budget.schema.ts';
import { name, resourceView, showRow } from '../http/fields.ts';
import { defaultPrice } from '../http/price.ts';

export const projectFields = {
  name,
  defaultRoutingStrategy: strategy.nullable().optional(),
  payloadCapture: payloadCapture.nullable().optional(),
  budgets: budgets.optional(),
  defaultPrice,
};

export const createProjectBody = z.strictObject({ organizationId: z.string(), ...projectFields });
export type CreateProject = z.infer<typeof createProjectBody>;

export const patchProjectBody = z.strictObject(projectFields).partial();
export type PatchProject = z.infer<typeof patchProjectBody>;

export const projectView = resourceView
  .extend({
    organizationId: z.string(),
    name: z.string(),
    /** Null: the organization's. */
    defaultRoutingStrategy: strategy.nullable(),
    payloadCapture: payloadCapture.nullable(),
    budgets: z.array(budgetView),
    /** Null: the organization's. */
    defaultPrice: priceOverride.nullable(),
  })
  .meta({ id: 'Project' });

export function showProject(row: ProjectRow): z.infer<typeof projectView> {
  return {
    ...showRow(row),
    organizationId: row.organizationId,
    name: row.name,
    defaultRoutingStrategy: row.defaultRoutingStrategy,
    payloadCapture: row.payloadCapture,
    budgets: row.budgets.map((one) => ({ ...one, alertPct: [...one.alertPct] })),
    defaultPrice: row.defaultPrice && { ...row.defaultPrice },
  };
}
