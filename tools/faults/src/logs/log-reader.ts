import { ClickHouseLogLevel, createClient } from '@clickhouse/client';
import { describeDifferences, verifyDatabase } from '@tollgate/budget/verify';
import { parseUsd } from '@tollgate/contracts';
import type { DevFacts } from '@tollgate/launch';
import pg from 'pg';
import type {
  ClientEntry,
  Logs,
  RollUpEntry,
  ServedEntry,
  SettledEntry,
  StoredEntry,
  WindowEntry,
} from '../domain/logs.ts';

/** What the route charges, pico-USD a token. */
export interface TokenPrice {
  readonly input: bigint;
  readonly output: bigint;
}

/** Requests to be looked up. */
export interface Requests {
  readonly clients: readonly ClientEntry[];
  readonly keyIds: readonly string[];
  /** Where they begin in the provider's journal. */
  readonly since: number;
  /** Others stand between them in the journal; else what no client sent is a finding. */
  readonly besides?: boolean;
}

interface JournalEntry {
  readonly user: string | null;
  readonly status: number | null;
  readonly outcome: string;
  readonly promptTokens: number;
  readonly completionTokens: number;
}

/** They travel in the query's URL, which must not grow too long. */
const KEYS_AT_ONCE = 100;

/** Reads what provider, ledger and store noted, past the system's own API. Throws while one of them is away. */
export class LogReader {
  private readonly facts: () => DevFacts;
  private readonly price: TokenPrice;

  constructor(facts: () => DevFacts, price: TokenPrice) {
    this.facts = facts;
    this.price = price;
  }

  /** How many requests the provider has seen so far. */
  async journalLength(): Promise<number> {
    const { total } = await this.journal('limit=1');
    return total;
  }

  async read({ clients, keyIds, since, besides }: Requests): Promise<Logs> {
    const [served, settled, stored, windows, slots, rollUps, differences] = await Promise.all([
      this.served(since),
      this.settled(keyIds),
      this.stored(keyIds),
      this.windows(keyIds),
      this.slots(),
      this.rollUps(keyIds),
      verifyDatabase(this.facts().postgresUrl),
    ]);
    const tags = new Set(clients.map(({ tag }) => tag));
    return {
      clients,
      served: besides ? served.filter(({ tag }) => tags.has(tag)) : served,
      settled,
      stored,
      windows: [...windows, ...slots],
      rollUps,
      differences: differences.length ? describeDifferences(differences) : [],
    };
  }

  private async served(since: number): Promise<readonly ServedEntry[]> {
    const { data } = await this.journal(`since=${since}`);
    return data.map((entry) => ({
      tag: entry.user ?? '',
      status: entry.status,
      outcome: entry.outcome,
      tokens: entry.promptTokens + entry.completionTokens,
      costPicoUsd:
        BigInt(entry.promptTokens) * this.price.input +
        BigInt(entry.completionTokens) * this.price.output,
    }));
  }

  private async journal(
    query: string,
  ): Promise<{ readonly data: readonly JournalEntry[]; readonly total: number }> {
    const response = await fetch(`${this.facts().simulatorUrl}/_sim/journal?${query}`);
    return (await response.json()) as { data: readonly JournalEntry[]; total: number };
  }

  private async settled(keyIds: readonly string[]): Promise<readonly SettledEntry[]> {
    const rows = await this.postgres<Record<'id' | 'key' | 'tokens' | 'cost' | 'source', string>>(
      `select request_id as id, key_id as key, tokens::text, cost::text, usage_source as source
       from budget.settlement where key_id = any($1)`,
      keyIds,
    );
    return rows.map((row) => ({
      requestId: row.id,
      keyId: row.key,
      tokens: Number(row.tokens),
      costPicoUsd: BigInt(row.cost),
      usageSource: row.source,
    }));
  }

  private async windows(keyIds: readonly string[]): Promise<readonly WindowEntry[]> {
    const rows = await this.postgres<
      Record<'id' | 'settled' | 'granted', string> & { hard: boolean; most: string | null }
    >(
      // A bucket has no limit on what it lets through in all.
      `select window_id as id, hard, case when (bucket).second is null then limit_units::text end as most,
         settled::text, granted::text
       from budget.quota_window where scope_id = any($1)`,
      keyIds,
    );
    return rows.map((row) => ({
      windowId: row.id,
      hard: row.hard,
      limit: row.most === null ? null : BigInt(row.most),
      settled: BigInt(row.settled),
      granted: BigInt(row.granted),
    }));
  }

  /** Slots of limits on concurrency that somebody has, of whatever key: they stand beside the keys' windows. */
  private async slots(): Promise<readonly WindowEntry[]> {
    const rows = await this.postgres<Record<'id' | 'slots', string>>(
      `select quota_id as id, sum(slots)::text as slots from budget.slot_lease
       where $1::text[] is not null group by quota_id`,
      [],
    );
    return rows.map((row) => ({
      windowId: row.id,
      hard: true,
      limit: null,
      settled: 0n,
      granted: BigInt(row.slots),
    }));
  }

  private async stored(keyIds: readonly string[]): Promise<readonly StoredEntry[]> {
    const rows = await this.clickhouse<
      Record<'id' | 'key' | 'tag' | 'status' | 'tokens' | 'cost', string>
    >(
      `SELECT request_id AS id, key_id AS key, ifNull(end_user, '') AS tag, status,
         input_tokens + output_tokens AS tokens, toString(cost_usd) AS cost
       FROM requests FINAL WHERE key_id IN {keyIds:Array(String)}`,
      keyIds,
    );
    return rows.map((row) => ({
      requestId: row.id,
      keyId: row.key,
      tag: row.tag,
      status: Number(row.status),
      tokens: Number(row.tokens),
      costPicoUsd: parseUsd(row.cost) ?? -1n,
    }));
  }

  private async rollUps(keyIds: readonly string[]): Promise<readonly RollUpEntry[]> {
    const rows = await this.clickhouse<Record<'key' | 'requests' | 'cost', string>>(
      `SELECT key_id AS key, sum(requests) AS requests, toString(sum(cost_usd)) AS cost
       FROM usage_by_key_model_day WHERE key_id IN {keyIds:Array(String)} GROUP BY key_id`,
      keyIds,
    );
    return rows.map((row) => ({
      keyId: row.key,
      requests: Number(row.requests),
      costPicoUsd: parseUsd(row.cost) ?? -1n,
    }));
  }

  private async postgres<Row extends pg.QueryResultRow>(
    text: string,
    keyIds: readonly string[],
  ): Promise<readonly Row[]> {
    const client = new pg.Client({ connectionString: this.facts().postgresUrl });
    client.on('error', () => undefined);
    await client.connect();
    try {
      return (await client.query<Row>(text, [keyIds])).rows;
    } finally {
      await client.end();
    }
  }

  private async clickhouse<Row>(query: string, keyIds: readonly string[]): Promise<readonly Row[]> {
    const log = { level: ClickHouseLogLevel.OFF };
    const client = createClient({ url: this.facts().clickhouseUrl, log });
    try {
      const rows: Row[] = [];
      for (let from = 0; from < keyIds.length; from += KEYS_AT_ONCE) {
        const query_params = { keyIds: keyIds.slice(from, from + KEYS_AT_ONCE) };
        const answer = await client.query({ query, query_params, format: 'JSONEachRow' });
        rows.push(...(await answer.json<Row>()));
      }
      return rows;
    } finally {
      await client.close();
    }
  }
}
