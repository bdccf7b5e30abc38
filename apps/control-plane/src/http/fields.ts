import { z } from 'zod';

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
