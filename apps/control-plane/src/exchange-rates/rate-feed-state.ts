import type { DataSource } from 'typeorm';
import { z } from 'zod';

const time = z.string().meta({ format: 'date-time' });

/** How the feed of exchange rates is doing; null where none is configured. */
export const rateFeedView = z
  .object({
    /** Without its query, which may hold a key. */
    url: z.string(),
    checkedAt: time.nullable(),
    /** When it last said something that could be used: how old the rates are. */
    succeededAt: time.nullable(),
    nextAt: time,
    /** Why the last check was of no use, or in part. */
    problem: z.string().nullable(),
  })
  .meta({ id: 'ExchangeRateFeed' });
export type RateFeedView = z.infer<typeof rateFeedView>;

interface FeedRow {
  readonly url: string;
  readonly checked_at: Date | null;
  readonly succeeded_at: Date | null;
  readonly next_at: Date;
  readonly problem: string | null;
}

export async function showRateFeed(
  dataSource: DataSource,
  url: string | undefined,
): Promise<RateFeedView | null> {
  if (url === undefined) return null;
  const [row]: FeedRow[] = await dataSource.query('SELECT * FROM control_plane.exchange_rate_feed');
  if (!row) return null;
  return {
    url: row.url,
    checkedAt: row.checked_at?.toISOString() ?? null,
    succeededAt: row.succeeded_at?.toISOString() ?? null,
    nextAt: row.next_at.toISOString(),
    problem: row.problem,
  };
}

/**
 * Takes the turn where a check is due, for as long as it may last: of several control planes one asks. Another URL is due
 * at once.
 */
export async function claimCheck(
  dataSource: DataSource,
  shownUrl: string,
  turnMs: number,
): Promise<boolean> {
  const rows: unknown[] = await dataSource.query(
    `INSERT INTO control_plane.exchange_rate_feed AS feed (url, next_at)
     VALUES ($1, now() + $2 * interval '1 millisecond')
     ON CONFLICT (id) DO UPDATE SET url = excluded.url, next_at = excluded.next_at
       WHERE feed.next_at <= now() OR feed.url <> excluded.url
     RETURNING id`,
    [shownUrl, turnMs],
  );
  return rows.length > 0;
}

/** Notes what came of a check, and when the next one is due. */
export async function noteCheck(
  dataSource: DataSource,
  { isUsable, problem, nextMs }: CheckOutcome,
): Promise<void> {
  await dataSource.query(
    `UPDATE control_plane.exchange_rate_feed SET checked_at = now(),
       succeeded_at = CASE WHEN $1 THEN now() ELSE succeeded_at END,
       problem = $2, next_at = now() + $3 * interval '1 millisecond'`,
    [isUsable, problem, nextMs],
  );
}

export interface CheckOutcome {
  readonly isUsable: boolean;
  readonly problem: string | null;
  readonly nextMs: number;
}
