import {
  capability,
  DEFAULT_RETRY,
  DEFAULT_TIMEOUTS,
  responseProfile,
  retryPolicy,
  strategy,
  timeouts,
} from '@tollgate/contracts';
import { z } from 'zod';
import type { RouteDefinition, RouteRow, RouteVersionRow, Target } from '../domain/rows.ts';
import { name, resourceView, showRow } from '../http/fields.ts';

export const MAX_TARGETS = 1_000;

/** What a target says beside the connection and the model. */
export const targetFields = {
  model: z
    .string()
    .min(1)
    .max(200)
    .meta({ description: '"*" stands for what the caller asks for' }),
  priority: z.number().int().min(0).max(1_000_000).optional(),
  weight: z.number().nonnegative().max(1_000_000).optional(),
  capabilities: z.array(capability).nullable().optional(),
  profiles: z.array(responseProfile).nullable().optional(),
};

const target = z
  .strictObject({ aiProviderId: z.string(), ...targetFields })
  .transform((given): Target => withTargetDefaults(given.aiProviderId, given));

/** All of a definition but its targets; what is left out of `retry` and `timeouts` keeps its value. */
export const definitionFields = {
  strategy: strategy.nullable().optional(),
  allowProfileOverride: z.boolean().optional(),
  defaultProfile: responseProfile.nullable().optional(),
  retry: z.strictObject(retryPolicy.shape).partial().optional(),
  timeouts: z.strictObject(timeouts.shape).partial().optional(),
  continueOnCut: z
    .boolean()
    .optional()
    .meta({
      description:
        'A streamed answer that is cut after text was delivered goes on at the next candidate, which is told what was ' +
        'said so far; never where tools or reasoning are in play',
    }),
};

const fields = { name, targets: z.array(target).max(MAX_TARGETS).optional(), ...definitionFields };

export const createRouteBody = z.strictObject({ projectId: z.string(), ...fields });
export type CreateRoute = z.infer<typeof createRouteBody>;

export const patchRouteBody = z.strictObject(fields).partial();
export type PatchRoute = z.infer<typeof patchRouteBody>;

/** Without a version the draft is frozen as a new one; with one, that version is in force again. */
export const publishBody = z
  .strictObject({ version: z.number().int().positive().optional() })
  .nullish();
export type PublishRoute = z.infer<typeof publishBody>;

export const simulateBody = z
  .strictObject({
    model: z.string().nullable().optional(),
    capabilities: z.array(capability).optional(),
    profile: responseProfile.nullable().optional(),
    inputTokens: z.number().int().nonnegative().optional(),
    maxOutputTokens: z.number().int().positive().nullable().optional(),
    strategy: strategy.nullable().optional(),
    modelAllowlist: z.array(z.string()).nullable().optional(),
    needsPrice: z.boolean().optional(),
  })
  .nullish();
export type SimulateRoute = z.infer<typeof simulateBody>;

const definitionView = z.object({
  strategy: strategy.nullable(),
  targets: z.array(
    z.object({
      aiProviderId: z.string(),
      model: z.string(),
      priority: z.number(),
      weight: z.number(),
      capabilities: z.array(capability).nullable(),
      profiles: z.array(responseProfile).nullable(),
    }),
  ),
  allowProfileOverride: z.boolean(),
  defaultProfile: responseProfile.nullable(),
  retry: retryPolicy,
  timeouts,
  continueOnCut: z.boolean(),
});

export const routeView = resourceView
  .extend({
    projectId: z.string(),
    name: z.string(),
    ...definitionView.shape,
    publishedVersion: z.number().nullable(),
  })
  .meta({ id: 'Route' });

export const routeVersionView = z
  .object({
    id: z.string(),
    routeId: z.string(),
    version: z.number(),
    current: z.boolean(),
    createdAt: z.string().meta({ format: 'date-time' }),
    ...definitionView.shape,
  })
  .meta({ id: 'RouteVersion' });

export const DEFAULT_DEFINITION: RouteDefinition = {
  strategy: null,
  targets: [],
  allowProfileOverride: false,
  defaultProfile: null,
  retry: DEFAULT_RETRY,
  timeouts: DEFAULT_TIMEOUTS,
  continueOnCut: false,
};

export function withTargetDefaults(
  aiProviderId: string,
  given: z.infer<z.ZodObject<typeof targetFields>>,
): Target {
  return {
    aiProviderId,
    model: given.model,
    priority: given.priority ?? 1,
    weight: given.weight ?? 1,
    capabilities: given.capabilities ?? null,
    profiles: given.profiles ?? null,
  };
}

export function showRoute(row: RouteRow): z.infer<typeof routeView> {
  return {
    ...showRow(row),
    projectId: row.projectId,
    name: row.name,
    ...showDefinition(row),
    publishedVersion: row.publishedVersion,
  };
}

export function showVersion(
  row: RouteVersionRow,
  route: RouteRow,
): z.infer<typeof routeVersionView> {
  return {
    id: row.id,
    routeId: row.routeId,
    version: row.version,
    current: row.version === route.publishedVersion,
    createdAt: row.createdAt.toISOString(),
    ...showDefinition(row.definition),
  };
}

function showDefinition(row: RouteDefinition): z.infer<typeof definitionView> {
  return {
    strategy: row.strategy,
    targets: row.targets.map((one) => ({
      ...one,
      capabilities: one.capabilities && [...one.capabilities],
      profiles: one.profiles && [...one.profiles],
    })),
    allowProfileOverride: row.allowProfileOverride,
    defaultProfile: row.defaultProfile,
    retry: row.retry,
    timeouts: row.timeouts,
    continueOnCut: row.continueOnCut ?? false,
  };
}
