import { METRICS, parseUsd, quotaWindow, requestScope } from '@tollgate/contracts';
import { z } from 'zod';
import type { Budget } from '../domain/rows.ts';
import { decimal, percent } from './fields.ts';

const MAX_LIMIT_DIGITS = 15;
const MAX_CONCURRENCY = 2_147_483_647;

const currency = z.string().regex(/^[A-Z]{3}$/, 'must be an ISO 4217 code such as EUR');

const timezone = z.string().refine(isTimezone, { error: 'must be an IANA time zone' });

const metric = z
  .enum([...METRICS, 'concurrency'])
  .meta({ description: 'What is limited; `concurrency`: calls that are open at once' });

/** Which requests of its owner a budget counts; all of them where it says nothing. */
const scope = requestScope.meta({
  description:
    'Counts the requests of an end user (`user`, or what stands for it in the dialect) or with a metadata tag, or what is ' +
    'used at an AI provider or model; without it, all requests of its owner',
});
const tag = z.string().min(1).max(100).meta({ description: 'The metadata entry; for scope `tag`' });
const match = z
  .string()
  .min(1)
  .max(200)
  .meta({
    description:
      'The one value that is limited; null: each value has the limit for itself. A provider is a connection, by id or name, or a ' +
      "vendor's slug for all of its connections; a model is the provider's name for it, or `slug/name`",
  });

export const budget = z
  .strictObject({
    metric,
    window: quotaWindow
      .nullable()
      .optional()
      .meta({ description: 'How long until the limit counts anew; not for concurrency' }),
    limit: decimal,
    currency: currency.nullable().optional(),
    timezone: timezone.default('UTC'),
    hard: z.boolean().default(true),
    alertPct: z.array(percent).max(10).default([]),
    scope: scope.nullable().optional(),
    tag: tag.nullable().optional(),
    match: match.nullable().optional(),
  })
  .superRefine((value, context) => {
    for (const { path, message } of [
      ...limitProblems(value),
      ...windowProblems(value),
      ...scopeProblems(value),
    ])
      context.addIssue({ code: 'custom', path: [path], message });
  })
  .transform(({ metric, window, scope, tag, match, ...value }): Budget => {
    const counts = scope ? { scope, ...(tag ? { tag } : {}), match: match ?? null } : {};
    if (metric === 'concurrency')
      return { ...value, metric, window: null, currency: null, ...counts };
    const currency = metric === 'cost' ? (value.currency ?? 'USD') : null;
    return { ...value, metric, window: window ?? 'total', currency, ...counts };
  });
export const budgets = z.array(budget).max(20);

/** A budget as it is shown. */
export const budgetView = z.object({
  metric,
  window: quotaWindow.nullable(),
  limit: z.string(),
  currency: z.string().nullable(),
  timezone: z.string(),
  hard: z.boolean(),
  alertPct: z.array(z.number()),
  scope: scope.optional(),
  tag: tag.optional(),
  match: match.nullable().optional(),
});

interface Problem {
  readonly path: string;
  readonly message: string;
}

interface Written {
  readonly metric: Budget['metric'];
  readonly window?: Budget['window'] | undefined;
  readonly limit: string;
  readonly currency?: string | null | undefined;
  readonly alertPct: readonly number[];
  readonly scope?: Budget['scope'] | null | undefined;
  readonly tag?: string | null | undefined;
  readonly match?: string | null | undefined;
}

function limitProblems({ metric, limit, currency: given }: Written): readonly Problem[] {
  const isWhole = new RegExp(`^\\d{1,${MAX_LIMIT_DIGITS}}$`).test(limit);
  return [
    ...(metric !== 'cost' && !isWhole
      ? [{ path: 'limit', message: 'must be a whole number' }]
      : []),
    ...(metric === 'cost' && parseUsd(limit) === undefined
      ? [{ path: 'limit', message: 'must be a decimal amount' }]
      : []),
    ...(metric !== 'cost' && given ? [{ path: 'currency', message: 'is for cost alone' }] : []),
  ];
}

/** Calls that are open at once are counted now, requests and tokens a minute refill evenly, all else has windows. */
function windowProblems({ metric, window, limit, alertPct }: Written): readonly Problem[] {
  const hasAlerts = alertPct.length > 0;
  if (metric !== 'concurrency') {
    const refills = window === 'minute' && metric !== 'cost';
    const message = 'is not for requests and tokens a minute, which refill evenly';
    return [
      ...(window ? [] : [{ path: 'window', message: 'is required' }]),
      ...(refills && hasAlerts ? [{ path: 'alertPct', message }] : []),
    ];
  }
  const count = Number(limit);
  return [
    ...(window ? [{ path: 'window', message: 'is not for concurrency' }] : []),
    ...(hasAlerts ? [{ path: 'alertPct', message: 'is not for concurrency' }] : []),
    ...(count < 1 || count > MAX_CONCURRENCY
      ? [{ path: 'limit', message: `must be from 1 to ${MAX_CONCURRENCY}` }]
      : []),
  ];
}

function scopeProblems({ scope: of, tag: entry, match: value }: Written): readonly Problem[] {
  return [
    ...(of === 'tag' && !entry ? [{ path: 'tag', message: 'is required with scope tag' }] : []),
    ...(of !== 'tag' && entry ? [{ path: 'tag', message: 'is for scope tag alone' }] : []),
    ...(!of && value ? [{ path: 'match', message: 'is for budgets with a scope alone' }] : []),
  ];
}

function isTimezone(text: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: text });
    return true;
  } catch {
    return false;
  }
}
