import { z } from 'zod';
import { decimal } from '../http/fields.ts';

export const currencyCode = z
  .string()
  .regex(/^[A-Z]{3}$/, 'must be an ISO 4217 code such as EUR')
  .refine((code) => code !== 'USD', { error: 'a dollar is a dollar' });

/** USD for one unit of the currency; above zero. */
export const usdPerUnit = decimal.refine((text) => /[1-9]/.test(text), {
  error: 'must be above zero',
});

export const exchangeRateBody = z.strictObject({ usdPerUnit });
export type ExchangeRateBody = z.infer<typeof exchangeRateBody>;
