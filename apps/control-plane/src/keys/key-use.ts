import { queryKeyUse } from '@tollgate/contracts';
import type { Bus } from '@tollgate/messaging';

/** When keys were used last, by id; null while that cannot be told. Asked when somebody looks: requests cost nothing more. */
export async function findLastUses(
  bus: Pick<Bus, 'request'>,
  keyIds: readonly string[],
): Promise<ReadonlyMap<string, Date> | null> {
  if (keyIds.length === 0) return new Map();
  const answer = await bus.request(queryKeyUse, { keyIds: [...keyIds] });
  if (!answer.ok || answer.value.outcome === 'unavailable') return null;
  const uses = Object.entries(answer.value.lastUsedAt);
  return new Map(uses.map(([keyId, at]) => [keyId, new Date(at)]));
}
