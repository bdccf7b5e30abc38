import { randomFillSync } from 'node:crypto';
import { createIdFactory, type IdFactory } from '@tollgate/contracts';

/** Ids of this process: prefixed, sorted by the time they were made. */
export const newId: IdFactory = createIdFactory({
  now: Date.now,
  fillRandom: (bytes) => {
    randomFillSync(bytes);
  },
});
