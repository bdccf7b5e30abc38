import type { QuotaDefinition } from '@tollgate/contracts';

/** Requests and tokens a minute refill evenly; everything else is counted in windows. */
export function isBucket({ metric, window }: Pick<QuotaDefinition, 'metric' | 'window'>): boolean {
  return window === 'minute' && metric !== 'cost';
}
