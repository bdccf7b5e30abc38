import type { KeptResponse } from '@tollgate/dialects';
import { z } from 'zod';

const fields = z.record(z.string(), z.unknown());

const storedValue = z.union([
  z.object({
    kept: z.object({
      previous: z.string().nullable(),
      input: z.array(z.unknown()).nullable(),
      response: fields,
    }),
  }),
  z.object({ responseId: z.string() }),
]);

/** What stands under an id: the response, or the id of the response that the item stands in. */
export type StoredValue = { readonly kept: KeptResponse } | { readonly responseId: string };

/** Throws for what was not written here. */
export function readStored(json: string): StoredValue {
  return storedValue.parse(JSON.parse(json));
}
