import type { Effect } from './apply-config-file.ts';

interface Dated {
  readonly updatedAt: Date;
}

/** What writing did to a row that was there: the database dates a row anew when something in it changed. */
export function effectOf(before: Dated, after: Dated): Effect {
  return before.updatedAt.getTime() === after.updatedAt.getTime() ? 'unchanged' : 'changed';
}
