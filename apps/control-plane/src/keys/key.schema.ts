import { parseRange, strategy } from '@tollgate/contracts';
import { z } from 'zod';
import type { FormerKeyTextRow, KeyRow } from '../domain/rows.ts';
import { budgets, budgetView } from '../http/budget.schema.ts';
import { decimal, name, percent, resourceView, showRow, time } from '../http/fields.ts';

const MAX_COUNT = 2_147_483_647;
const MAX_METADATA = 50;
const MAX_SOURCE_RANGES = 200;
const MAX_OVERLAP_SECONDS = 30 * 24 * 3_600;

const count = z.number().int().positive().max(MAX_COUNT);

const sourceRanges = z
  .array(
    z
      .string()
      .max(64)
      .refine((text) => parseRange(text) !== null, {
        error:
          'must be an IP address or a CIDR range with no bits set after its prefix, such as 192.0.2.0/24 or 2001:db8::/32',
      }),
  )
  .min(1)
  .max(MAX_SOURCE_RANGES)
  .meta({ description: 'Addresses and CIDR ranges that requests may come from; null: any' });

const metadata = z
  .record(z.string().min(1).max(100), z.string().max(500))
  .refine((value) => Object.keys(value).length <= MAX_METADATA, { error: 'has too many entries' });

/** What a key says beside its project and its route. */
export const keyFields = {
  name,
  rateLimit: count.nullable().optional(),
  tokenLimit: count.nullable().optional(),
  maxConcurrency: count.nullable().optional(),
  routingStrategy: strategy.nullable().optional(),
  modelAllowlist: z.array(z.string().min(1).max(200)).max(1_000).nullable().optional(),
  budgetMonthlyEur: decimal.nullable().optional(),
  budgetAlertPct: percent.nullable().optional(),
  budgets: budgets.optional(),
  expiresAt: time.nullable().optional(),
  metadata: metadata.optional(),
  allowProviderKeys: z
    .boolean()
    .optional()
    .meta({
      description:
        "Requests may bring a provider's key of their own (`x-tollgate-provider-key` with `x-tollgate-provider`), " +
        "which goes to the vendor's own endpoint alone and is never stored",
    }),
  sourceRanges: sourceRanges.nullable().optional(),
  enabled: z.boolean().optional(),
};

/** The configuration block of other gateways, in its own spelling. */
const SNAKE_CASE: Readonly<Record<string, string>> = {
  rate_limit: 'rateLimit',
  routing_strategy: 'routingStrategy',
  model_allowlist: 'modelAllowlist',
  budget_monthly_eur: 'budgetMonthlyEur',
  budget_alert_pct: 'budgetAlertPct',
};

/** Takes both spellings of a field; given twice, the second is refused as unknown. */
export function camelCaseKeyFields(body: unknown): unknown {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return body;
  return Object.fromEntries(
    Object.entries(body).map(([field, value]) => {
      const camel = SNAKE_CASE[field];
      return [camel !== undefined && !Object.hasOwn(body, camel) ? camel : field, value];
    }),
  );
}

export const createKeyBody = z.preprocess(
  camelCaseKeyFields,
  z.strictObject({
    projectId: z.string(),
    routeId: z.string().nullable().optional(),
    ...keyFields,
  }),
);
export type CreateKey = z.infer<typeof createKeyBody>;

export const patchKeyBody = z.preprocess(
  camelCaseKeyFields,
  z.strictObject({ routeId: z.string().nullable().optional(), ...keyFields }).partial(),
);
export type PatchKey = z.infer<typeof patchKeyBody>;

export const rotateKeyBody = z
  .strictObject({
    overlapSeconds: z
      .number()
      .int()
      .min(0)
      .max(MAX_OVERLAP_SECONDS)
      .optional()
      .meta({ description: 'How long the former text goes on; without it only the new one works' }),
  })
  .optional();
export type RotateKey = z.infer<typeof rotateKeyBody>;

export const keyView = resourceView
  .extend({
    projectId: z.string(),
    name: z.string(),
    routeId: z.string().nullable(),
    status: z.enum(['active', 'disabled', 'expired', 'revoked']),
    keyHint: z.string().meta({ description: 'The last four characters of the key' }),
    enabled: z.boolean(),
    rateLimit: z.number().nullable(),
    tokenLimit: z.number().nullable(),
    maxConcurrency: z.number().nullable(),
    routingStrategy: strategy.nullable(),
    modelAllowlist: z.array(z.string()).nullable(),
    budgetMonthlyEur: z.number().nullable(),
    budgetAlertPct: z.number().nullable(),
    budgets: z.array(budgetView),
    expiresAt: z.string().nullable(),
    metadata: z.record(z.string(), z.string()),
    allowProviderKeys: z.boolean(),
    sourceRanges: z.array(z.string()).nullable(),
    revokedAt: z.string().nullable(),
    formerTexts: z
      .array(z.object({ keyHint: z.string(), endsAt: z.string() }))
      .meta({ description: 'Texts that were rotated away and work until then' }),
    createdBy: z.string().nullable().meta({
      description: 'The admin token that made it, by a part of its hash, or `config-file`',
    }),
    lastUsedAt: z.string().nullable().optional().meta({
      description:
        'When its last request began, as far as records have arrived; null: none. Missing while that cannot be told',
    }),
  })
  .meta({ id: 'Key' });

/** The answer to `POST` and `rotate`: the only one that holds the text. */
export const newKeyView = keyView.extend({ key: z.string() }).meta({ id: 'NewKey' });

/** What is known of a key beside its row. */
export interface KeySurroundings {
  readonly now: Date;
  /** Texts that still work, of any keys. */
  readonly formerTexts: readonly FormerKeyTextRow[];
  /** Null while it cannot be told. */
  readonly lastUses: ReadonlyMap<string, Date> | null;
}

export function showKey(row: KeyRow, around: KeySurroundings): z.infer<typeof keyView> {
  const { now, formerTexts, lastUses } = around;
  return {
    ...showRow(row),
    projectId: row.projectId,
    name: row.name,
    routeId: row.routeId,
    status: statusOf(row, now),
    keyHint: row.keyHint,
    enabled: row.enabled,
    rateLimit: row.rateLimit,
    tokenLimit: row.tokenLimit,
    maxConcurrency: row.maxConcurrency,
    routingStrategy: row.routingStrategy,
    modelAllowlist: row.modelAllowlist && [...row.modelAllowlist],
    budgetMonthlyEur: row.budgetMonthlyEur === null ? null : Number(row.budgetMonthlyEur),
    budgetAlertPct: row.budgetAlertPct,
    budgets: row.budgets.map((one) => ({ ...one, alertPct: [...one.alertPct] })),
    expiresAt: row.expiresAt?.toISOString() ?? null,
    metadata: { ...row.metadata },
    allowProviderKeys: row.allowProviderKeys,
    sourceRanges: row.sourceRanges && [...row.sourceRanges],
    revokedAt: row.revokedAt?.toISOString() ?? null,
    formerTexts: formerTexts
      .filter(({ keyId }) => keyId === row.id && !row.revokedAt)
      .map(({ keyHint, endsAt }) => ({ keyHint, endsAt: endsAt.toISOString() })),
    createdBy: row.createdBy,
    ...(lastUses ? { lastUsedAt: lastUses.get(row.id)?.toISOString() ?? null } : {}),
  };
}

function statusOf(row: KeyRow, now: Date): z.infer<typeof keyView>['status'] {
  if (row.revokedAt) return 'revoked';
  if (!row.enabled) return 'disabled';
  return row.expiresAt && row.expiresAt <= now ? 'expired' : 'active';
}
