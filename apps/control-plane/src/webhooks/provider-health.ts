import { circuitOpened, type CircuitOpened, MOST_WATCHED, readHealth } from '@tollgate/contracts';
import type { Bus, Disposition, DurableMessage } from '@tollgate/messaging';
import type { DataSource, EntityManager } from 'typeorm';
import { isProofOfHealth } from './proof-of-health.ts';
import { eventIdOf, raiseEvent } from './raise-event.ts';
import { readLines } from './read-lines.ts';
import { retryOutage } from './retry-outage.ts';

export interface ProviderHealthOptions {
  readonly dataSource: DataSource;
  readonly bus: Pick<Bus, 'request'>;
  /** How long a model that works again must stay so before it is told of, milliseconds: what flaps is told of once. */
  readonly recoveredAfterMs: number;
  readonly now: () => number;
}

interface Unhealthy {
  readonly ai_provider_id: string;
  readonly model: string;
  readonly unhealthy_since: Date;
}

/**
 * Makes one event of what all instances of routing see. What was told stands in Postgres, so that several control planes
 * tell of a change once.
 */
export class ProviderHealth {
  constructor(private readonly options: ProviderHealthOptions) {}

  /** Takes openings of circuits in. Postgres being away is a reason to ask for them again. */
  async handle(batch: readonly DurableMessage[]): Promise<Disposition[]> {
    const read = batch.map(({ lines }) => readLines(lines, circuitOpened.event));
    const openings = read.flatMap(({ values }) => values).sort(byModel);
    try {
      await this.options.dataSource.transaction(async (manager) => {
        for (const opening of openings) await takeOpening(manager, opening);
      });
    } catch (error) {
      return retryOutage(error, batch);
    }
    return read.map(({ disposition }) => disposition);
  }

  /** Asks routing for proof that unhealthy models work again; tells of those that do for long enough. */
  async lookForRecovery(): Promise<void> {
    const { dataSource, bus } = this.options;
    const rows: Unhealthy[] = await dataSource.query(
      `SELECT ai_provider_id, model, unhealthy_since FROM control_plane.unhealthy_models
       WHERE unhealthy_since IS NOT NULL ORDER BY checked_at NULLS FIRST LIMIT ${MOST_WATCHED}`,
    );
    if (rows.length === 0) return;
    const models = rows.map(({ ai_provider_id: aiProviderId, model }) => ({ aiProviderId, model }));
    const answer = await bus.request(readHealth, { models });
    if (!answer.ok) return;
    const now = new Date(this.options.now());
    const views = rows.flatMap((row, index) => {
      const view = answer.value.models[index];
      return view ? [{ row, view }] : [];
    });
    const proven = views.filter(({ row, view }) =>
      isProofOfHealth(view, row.unhealthy_since.getTime()),
    );
    const failing = views.filter(({ view }) => view.state !== 'closed');
    await dataSource.transaction(async (manager) => {
      await note(manager, 'checked_at = $3', rows, now);
      await note(
        manager,
        'recovering_since = coalesce(recovering_since, $3)',
        proven.map(rowOf),
        now,
      );
      await note(manager, 'recovering_since = NULL, checked_at = $3', failing.map(rowOf), now);
      await this.tellRecovered(manager, now);
    });
  }

  private async tellRecovered(manager: EntityManager, now: Date): Promise<void> {
    const quietSince = new Date(now.getTime() - this.options.recoveredAfterMs);
    const recovered: Unhealthy[] = await manager.query(RECOVER, [now, quietSince]);
    for (const { ai_provider_id: aiProviderId, model, unhealthy_since: since } of recovered) {
      const connection = await connectionOf(manager, aiProviderId);
      if (!connection) continue;
      const unhealthySince = since.toISOString();
      await raiseEvent(manager, {
        id: eventIdOf('provider.recovered', aiProviderId, model, unhealthySince),
        type: 'provider.recovered',
        owner: { projectId: connection.projectId },
        at: now,
        data: { ...connection, model, unhealthySince, recoveredAt: now.toISOString() },
      });
    }
  }
}

/** Raised by the opening that finds it healthy. One from before the last change is old news, or was delivered before. */
const OPEN = `
  INSERT INTO control_plane.unhealthy_models AS u (ai_provider_id, model, unhealthy_since, changed_at)
  VALUES ($1, $2, $3, $3)
  ON CONFLICT (ai_provider_id, model) DO UPDATE SET recovering_since = NULL,
    unhealthy_since = coalesce(u.unhealthy_since, excluded.unhealthy_since),
    changed_at = CASE WHEN u.unhealthy_since IS NULL THEN excluded.changed_at ELSE u.changed_at END
  WHERE excluded.changed_at > u.changed_at
  RETURNING unhealthy_since = $3 AS "isNew"`;

const RECOVER = `
  WITH recovered AS MATERIALIZED (
    SELECT ai_provider_id, model, unhealthy_since FROM control_plane.unhealthy_models
    WHERE unhealthy_since IS NOT NULL AND recovering_since <= $2
    ORDER BY ai_provider_id, model LIMIT ${MOST_WATCHED} FOR UPDATE SKIP LOCKED
  ), changed AS (
    UPDATE control_plane.unhealthy_models u SET unhealthy_since = NULL, recovering_since = NULL, changed_at = $1
    FROM recovered r WHERE u.ai_provider_id = r.ai_provider_id AND u.model = r.model
  ) SELECT * FROM recovered`;

async function takeOpening(manager: EntityManager, opening: CircuitOpened): Promise<void> {
  const { aiProviderId, model, failure, failed, succeeded } = opening;
  const connection = await connectionOf(manager, aiProviderId);
  if (!connection) return;
  const at = new Date(opening.at);
  const [row]: { isNew: boolean }[] = await manager.query(OPEN, [aiProviderId, model, at]);
  if (!row?.isNew) return;
  const unhealthySince = at.toISOString();
  await raiseEvent(manager, {
    id: eventIdOf('provider.unhealthy', aiProviderId, model, unhealthySince),
    type: 'provider.unhealthy',
    owner: { projectId: connection.projectId },
    at,
    data: {
      ...connection,
      model,
      unhealthySince,
      failure,
      failedCalls: failed,
      calls: failed + succeeded,
    },
  });
}

/** Of the project whose connection it is; undefined when it was deleted since. */
async function connectionOf(manager: EntityManager, aiProviderId: string) {
  const [row]: { project_id: string; name: string; provider: string }[] = await manager.query(
    'SELECT project_id, name, provider FROM control_plane.ai_providers WHERE id = $1',
    [aiProviderId],
  );
  return row && { projectId: row.project_id, aiProviderId, name: row.name, provider: row.provider };
}

/** Only those that are unhealthy still, since the same time. */
async function note(
  manager: EntityManager,
  assignment: string,
  rows: readonly Unhealthy[],
  now: Date,
): Promise<void> {
  await manager.query(
    `WITH named AS MATERIALIZED (
       SELECT u.ai_provider_id, u.model FROM control_plane.unhealthy_models u
       JOIN unnest($1::text[], $2::text[], $4::timestamptz[]) AS n(id, model, since)
         ON u.ai_provider_id = n.id AND u.model = n.model AND u.unhealthy_since = n.since
       ORDER BY u.ai_provider_id, u.model FOR UPDATE OF u)
     UPDATE control_plane.unhealthy_models u SET ${assignment} FROM named n
     WHERE u.ai_provider_id = n.ai_provider_id AND u.model = n.model`,
    [
      rows.map(({ ai_provider_id: id }) => id),
      rows.map(({ model }) => model),
      now,
      rows.map(({ unhealthy_since: since }) => since),
    ],
  );
}

const rowOf = ({ row }: { readonly row: Unhealthy }): Unhealthy => row;

function byModel(a: CircuitOpened, b: CircuitOpened): number {
  const left = `${a.aiProviderId} ${a.model}`;
  const right = `${b.aiProviderId} ${b.model}`;
  return left === right ? a.at - b.at : left < right ? -1 : 1;
}
