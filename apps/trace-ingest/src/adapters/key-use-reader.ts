import type { ClickHouse } from '@tollgate/clickhouse';
import type { KeyUseAnswer, KeyUseQuery } from '@tollgate/contracts';

const READ_SETTINGS = { max_execution_time: 2, readonly: '2' } as const;

interface StoredUse {
  readonly key_id: string;
  readonly at: number;
}

/**
 * When keys were used last, as far as records have arrived.
 * @throws ClickHouseFailure
 */
export async function readKeyUse(
  clickhouse: ClickHouse,
  { keyIds }: KeyUseQuery,
): Promise<KeyUseAnswer> {
  const rows = await clickhouse.query<StoredUse>(
    `SELECT key_id, toUnixTimestamp64Milli(max(last_used_at)) AS at FROM key_use
     WHERE key_id IN {keys: Array(String)} GROUP BY key_id`,
    { params: { keys: [...keyIds] }, settings: READ_SETTINGS },
  );
  const uses = rows.map(({ key_id, at }) => [key_id, at] as const);
  return { outcome: 'found', lastUsedAt: Object.fromEntries(uses) };
}
