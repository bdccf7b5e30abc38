import type { KeyPolicy } from '@tollgate/contracts';

/** Whether money is limited for some request of the key, so that what it may cost must be known. */
export function hasHardBudget({
  quotas,
  requestQuotas,
}: Pick<KeyPolicy, 'quotas' | 'requestQuotas'>): boolean {
  return [...quotas, ...(requestQuotas ?? [])].some(
    ({ hard, metric }) => hard && metric === 'cost',
  );
}
