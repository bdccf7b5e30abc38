import { readQuotas } from '@tollgate/contracts';
import type { Bus } from '@tollgate/messaging';
import { quotaIdOf } from '../config-publishing/quota-id.ts';
import { creditsQuotaId } from '../domain/compile-platform-quotas.ts';

export interface SpentCredits {
  /** Pico-USD. */
  readonly settled: bigint;
  /** What requests may still use that are under way. */
  readonly granted: bigint;
}

/** What budget knows of an organization's credits; null while it is away. */
export async function readSpentCredits(
  bus: Pick<Bus, 'request'>,
  organizationId: string,
): Promise<SpentCredits | null> {
  const quotaIds = [creditsQuotaId(organizationId, quotaIdOf)];
  const answer = await bus.request(readQuotas, { quotaIds });
  if (!answer.ok) return null;
  const [window] = answer.value.windows;
  return { settled: BigInt(window?.settled ?? 0), granted: BigInt(window?.granted ?? 0) };
}
