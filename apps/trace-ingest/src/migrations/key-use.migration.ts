import type { Migration } from '@tollgate/clickhouse';

/** Refusals of the key itself are no use of it. */
const IS_USE = "ifNull(r.code, '') != 'invalid_api_key'";

/** When each key was used last: one small row a key, so that nobody has to scan requests for it. */
export const keyUseMigration: Migration = {
  number: 3,
  name: 'key-use',
  statements: [
    `CREATE TABLE IF NOT EXISTS key_use (
       key_id String, last_used_at SimpleAggregateFunction(max, DateTime64(3, 'UTC'))
     ) ENGINE = AggregatingMergeTree ORDER BY key_id
     AS SELECT r.key_id AS key_id, max(r.started_at) AS last_used_at FROM requests AS r
     WHERE ${IS_USE} GROUP BY key_id`,
    `CREATE MATERIALIZED VIEW IF NOT EXISTS key_use_view TO key_use AS
     SELECT r.key_id AS key_id, max(r.started_at) AS last_used_at
     FROM requests AS r WHERE ${IS_USE} GROUP BY key_id`,
  ],
};
