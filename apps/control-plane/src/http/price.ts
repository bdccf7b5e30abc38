import { priceOverride } from '@tollgate/contracts';
import { z } from 'zod';

const decimalPrice = z.union([z.number().nonnegative(), z.string()]).transform(String);

/** Prices may be given as numbers; they are kept as decimal strings. */
export const price = z
  .strictObject({
    inputPerMTok: decimalPrice,
    outputPerMTok: decimalPrice,
    cachedInputPerMTok: decimalPrice.optional(),
    cacheWritePerMTok: decimalPrice.optional(),
    perRequest: decimalPrice.optional(),
  })
  .pipe(priceOverride)
  .meta({ description: 'Decimal USD for a million tokens; perRequest: for each call.' });

/** What models are charged at that have no price of their own. */
export const defaultPrice = price
  .nullable()
  .optional()
  .meta({
    description:
      'What models are charged at that neither their connection nor the catalogue has a price for. Without one a hard ' +
      'budget refuses them. Models on platform access are never charged at it.',
  });
