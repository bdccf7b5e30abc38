import { createClient } from '@clickhouse/client';
import { parseUsd } from '@tollgate/contracts';
import type { DevFacts } from '@tollgate/launch';
import pg from 'pg';

export interface Stored {
  readonly id: string;
  readonly costPicoUsd: bigint;
  readonly status: number;
  /** As the analysts' table has them; 0 in the ledger's rows. */
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Who counted the tokens. */
  readonly usageSource: string;
}

export interface JournalEntry {
  readonly requestId: string | null;
  readonly model: string;
  readonly status: number;
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly outcome: string;
  readonly receivedAt: string;
  readonly endedAt: string | null;
}

/** Looks at what each part of the system holds, past the system's own API. */
export class Oracle {
  private readonly facts: () => DevFacts;

  constructor(facts: () => DevFacts) {
    this.facts = facts;
  }

  /** Requests of a key in ClickHouse, as its analysts count them. */
  async stored(keyId: string): Promise<readonly Stored[]> {
    const client = createClient({ url: this.facts().clickhouseUrl });
    try {
      const answer = await client.query({
        query:
          'SELECT request_id AS id, toString(cost_usd) AS cost, status, input_tokens, output_tokens, usage_source FROM requests FINAL WHERE key_id = {keyId:String}',
        query_params: { keyId },
        format: 'JSONEachRow',
      });
      const rows = await answer.json<{
        readonly id: string;
        readonly cost: string;
        readonly status: number;
        readonly input_tokens: string;
        readonly output_tokens: string;
        readonly usage_source: string;
      }>();
      return rows.map((row) => ({
        id: row.id,
        costPicoUsd: parseUsd(row.cost) ?? -1n,
        status: Number(row.status),
        inputTokens: Number(row.input_tokens),
        outputTokens: Number(row.output_tokens),
        usageSource: row.usage_source,
      }));
    } finally {
      await client.close();
    }
  }

  /** Settlements in the ledger for a key. */
  async settled(keyId: string): Promise<readonly Stored[]> {
    const client = new pg.Client({ connectionString: this.facts().postgresUrl });
    await client.connect();
    try {
      const { rows } = await client.query<{ readonly id: string; readonly cost: string }>(
        'SELECT request_id AS id, cost::text AS cost FROM budget.settlement WHERE key_id = $1',
        [keyId],
      );
      const notHere = { status: 0, inputTokens: 0, outputTokens: 0, usageSource: '' };
      return rows.map((row) => ({ id: row.id, costPicoUsd: BigInt(row.cost), ...notHere }));
    } finally {
      await client.end();
    }
  }

  /** What the simulated provider served. */
  async journal(model: string): Promise<readonly JournalEntry[]> {
    const response = await fetch(
      `${this.facts().simulatorUrl}/_sim/journal?limit=100000&model=${encodeURIComponent(model)}`,
    );
    const { data } = (await response.json()) as { readonly data: readonly JournalEntry[] };
    return data;
  }

  async setBehaviour(model: string, behaviour: Readonly<Record<string, unknown>>): Promise<void> {
    const response = await fetch(
      `${this.facts().simulatorUrl}/_sim/behaviours/${encodeURIComponent(model)}`,
      {
        method: 'PUT',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(behaviour),
      },
    );
    if (!response.ok) throw new Error(await response.text());
  }
}
