import { METRICS, parseUsd, quotaWindow } from '@tollgate/contracts';
import { z } from 'zod';
import type { Budget } from '../domain/rows.ts';

const MAX_LIMIT_DIGITS = 15;
const MAX_CONCURRENCY = 2_147_483_647;

/** A name that people read. */
export const name = z
  .string()
  .min(1)
  .max(100)
  .refine((text) => text.trim() === text && !/\p{Cc}/u.test(text) && text !== '__proto__', {
    error: 'must not begin or end with a space, nor hold control characters',
  });

/** A name that callers may write before a slash: `connection/model`. */
export const nameWithoutSlash = name.refine((text) => !text.includes('/'), {
  error: 'must not hold a slash',
});

/** A decimal amount, as a number or, exactly, as a string. */
export const decimal = z
  .union([z.number().nonnegative(), z.string()])
  .transform(String)
  .refine((text) => /^\d{1,15}(\.\d{1,12})?$/.test(text), {
    error: 'must be a decimal number with at most 12 decimals',
  });

export const percent = z.number().gt(0).max(100);

const currency = z.string().regex(/^[A-Z]{3}$/, 'must be an ISO 4217 code such as EUR');

const timezone = z.string().refine(isTimezone, { error: 'must be an IANA time zone' });

const metric = z
  .enum([...METRICS, 'concurrency'])
  .meta({ description: 'What is limited; `concurrency`: calls that are open at once' });

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
  })
  .superRefine((value, context) => {
    const isWhole = new RegExp(`^\\d{1,${MAX_LIMIT_DIGITS}}$`).test(value.limit);
    if (value.metric !== 'cost' && !isWhole) {
      context.addIssue({ code: 'custom', path: ['limit'], message: 'must be a whole number' });
    }
    if (value.metric === 'cost' && parseUsd(value.limit) === undefined) {
      context.addIssue({ code: 'custom', path: ['limit'], message: 'must be a decimal amount' });
    }
    if (value.metric !== 'cost' && value.currency) {
      context.addIssue({ code: 'custom', path: ['currency'], message: 'is for cost alone' });
    }
    for (const { path, message } of windowProblems(value)) {
      context.addIssue({ code: 'custom', path: [path], message });
    }
  })
  .transform(({ metric, window, ...value }): Budget => {
    if (metric === 'concurrency') return { ...value, metric, window: null, currency: null };
    const currency = metric === 'cost' ? (value.currency ?? 'USD') : null;
    return { ...value, metric, window: window ?? 'total', currency };
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
});

/** What every resource has. */
export const resourceView = z.object({
  id: z.string(),
  createdAt: z.string().meta({ format: 'date-time' }),
  updatedAt: z.string().meta({ format: 'date-time' }),
});

/** A time with its zone. */
export const time = z.iso.datetime({ offset: true });

/** The ids and times of a row, as they are shown. */
export function showRow(row: { readonly id: string; createdAt: Date; updatedAt: Date }) {
  return {
    id: row.id,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}

/** Calls that are open at once are counted now; all else in windows. */
function windowProblems({
  metric,
  window,
  limit,
  alertPct,
}: {
  readonly metric: Budget['metric'];
  readonly window?: Budget['window'] | undefined;
  readonly limit: string;
  readonly alertPct: readonly number[];
}): readonly { readonly path: string; readonly message: string }[] {
  if (metric !== 'concurrency') {
    return window ? [] : [{ path: 'window', message: 'is required' }];
  }
  const count = Number(limit);
  return [
    ...(window ? [{ path: 'window', message: 'is not for concurrency' }] : []),
    ...(alertPct.length > 0 ? [{ path: 'alertPct', message: 'is not for concurrency' }] : []),
    ...(count < 1 || count > MAX_CONCURRENCY
      ? [{ path: 'limit', message: `must be from 1 to ${MAX_CONCURRENCY}` }]
      : []),
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
