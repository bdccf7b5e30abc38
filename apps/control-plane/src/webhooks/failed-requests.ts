import { hash } from 'node:crypto';
import type { Disposition, DurableMessage } from '@tollgate/messaging';
import type { DataSource, EntityManager } from 'typeorm';
import { OMITTED_EVENT } from './event-types.ts';
import { eventIdOf, raiseEvent } from './raise-event.ts';
import { retryOutage } from './retry-outage.ts';
import { type MinuteSoFar, sampleFailures } from './sample-failures.ts';
import { endOf, type FailedRecord, spotFailures } from './spot-failures.ts';

const MINUTE_MS = 60_000;
/** What failed longer ago is nothing to wake anybody up for. */
const OLDEST_MS = 60 * MINUTE_MS;
/** Clocks of several control planes differ a little: so long after its end a minute gets nothing more. */
const GRACE_MS = 30_000;
const BATCHES_KEPT_MS = 24 * 60 * MINUTE_MS;
const MOST = 1_000;

export interface FailedRequestsOptions {
  readonly dataSource: DataSource;
  readonly now: () => number;
}

/**
 * Tells of requests that failed: one event for each, ten a minute for a project, then a count. What is counted stands in
 * Postgres, so that several control planes share the ten, and a batch that is delivered again counts once.
 */
export class FailedRequests {
  constructor(private readonly options: FailedRequestsOptions) {}

  /** Whether anybody wants to know; as long as nobody does, records need not be read. */
  async hasListeners(): Promise<boolean> {
    return (await listening(this.options.dataSource.manager)).size > 0;
  }

  /** Postgres being away is a reason to ask for the batch again. */
  async handle(batch: readonly DurableMessage[]): Promise<Disposition[]> {
    try {
      await this.tell(batch);
    } catch (error) {
      return retryOutage(error, batch);
    }
    return batch.map(() => ({ kind: 'done' }));
  }

  /** Says of minutes that are over how many were left out, and forgets them. */
  async closeMinutes(): Promise<void> {
    const { dataSource, now } = this.options;
    const at = new Date(now());
    await dataSource.transaction(async (manager) => {
      for (const row of await takeOver(manager, new Date(at.getTime() - MINUTE_MS - GRACE_MS)))
        if (row.omitted > 0) await tellOmitted(manager, row, at);
    });
    await dataSource.query(
      `DELETE FROM control_plane.failed_request_batches WHERE digest IN (
         SELECT digest FROM control_plane.failed_request_batches WHERE seen_at < $1 ORDER BY seen_at LIMIT ${10 * MOST})`,
      [new Date(at.getTime() - BATCHES_KEPT_MS)],
    );
  }

  private async tell(batch: readonly DurableMessage[]): Promise<void> {
    const { dataSource } = this.options;
    const nowMs = this.options.now();
    const since = await listening(dataSource.manager);
    if (since.size === 0) return;
    const groups = batch
      .map(({ bytes }) =>
        spotFailures(bytes).filter((record) => {
          const listeningSince = since.get(record.projectId) ?? Number.POSITIVE_INFINITY;
          return endOf(record) >= Math.max(listeningSince, nowMs - OLDEST_MS);
        }),
      )
      .filter((records) => records.length > 0);
    if (groups.length === 0) return;
    await dataSource.transaction(async (manager) => {
      const fresh: FailedRecord[] = [];
      for (const records of groups)
        if (await isFirstSeen(manager, records, nowMs)) fresh.push(...records);
      const byProject = Object.groupBy(fresh, ({ projectId }) => projectId);
      // In one order everywhere, so that nobody waits for one another.
      for (const projectId of Object.keys(byProject).sort())
        await tellOfProject(manager, projectId, byProject[projectId] ?? [], nowMs);
    });
  }
}

/** Projects that listen, and since when: nobody is told of what failed before. */
async function listening(manager: EntityManager): Promise<ReadonlyMap<string, number>> {
  const rows: { project_id: string; since: Date }[] = await manager.query(
    `SELECT project_id, min(created_at) AS since FROM control_plane.webhooks
     WHERE enabled AND events ? 'request.failed' GROUP BY project_id`,
  );
  return new Map(rows.map(({ project_id: id, since }) => [id, since.getTime()]));
}

/** A batch may be delivered again, and stored twice: known by its requests. */
async function isFirstSeen(
  manager: EntityManager,
  records: readonly FailedRecord[],
  nowMs: number,
): Promise<boolean> {
  const digest = hash('sha256', records.map(({ id }) => id).join(' '), 'hex');
  const added: unknown[] = await manager.query(
    `INSERT INTO control_plane.failed_request_batches (digest, seen_at) VALUES ($1, $2)
     ON CONFLICT DO NOTHING RETURNING 1`,
    [digest, new Date(nowMs)],
  );
  return added.length > 0;
}

async function tellOfProject(
  manager: EntityManager,
  projectId: string,
  records: readonly FailedRecord[],
  nowMs: number,
): Promise<void> {
  const minute = new Date(nowMs - (nowMs % MINUTE_MS));
  await manager.query(
    `INSERT INTO control_plane.failed_request_minutes (project_id, minute) VALUES ($1, $2) ON CONFLICT DO NOTHING`,
    [projectId, minute],
  );
  const [before]: MinuteSoFar[] = await manager.query(
    `SELECT told, omitted, omitted_by_code AS "omittedByCode" FROM control_plane.failed_request_minutes
     WHERE project_id = $1 AND minute = $2 FOR UPDATE`,
    [projectId, minute],
  );
  if (!before) throw new Error('the minute was closed meanwhile');
  const sampled = sampleFailures(before, records);
  for (const record of sampled.tell) await tellOne(manager, record);
  const { told, omitted, omittedByCode } = sampled.minute;
  await manager.query(
    `UPDATE control_plane.failed_request_minutes SET told = $3, omitted = $4, omitted_by_code = $5
     WHERE project_id = $1 AND minute = $2`,
    [projectId, minute, told, omitted, omittedByCode],
  );
}

async function tellOne(manager: EntityManager, record: FailedRecord): Promise<void> {
  const { id, attempts, startedAt, timings, ...rest } = record;
  await raiseEvent(manager, {
    id: eventIdOf('request.failed', id),
    type: 'request.failed',
    owner: { projectId: record.projectId },
    at: new Date(endOf(record)),
    data: {
      requestId: id,
      ...rest,
      attempts: attempts.length,
      startedAt: new Date(startedAt).toISOString(),
      durationMs: timings.totalMs,
    },
  });
}

interface Minute extends MinuteSoFar {
  readonly projectId: string;
  readonly minute: Date;
}

/** Minutes that are over; another control plane that looks at the same time finds none of them. */
async function takeOver(manager: EntityManager, before: Date): Promise<Minute[]> {
  return manager.query(
    `WITH over AS MATERIALIZED (
       SELECT project_id, minute FROM control_plane.failed_request_minutes WHERE minute <= $1
       ORDER BY minute LIMIT ${MOST} FOR UPDATE SKIP LOCKED
     ), gone AS (
       DELETE FROM control_plane.failed_request_minutes m USING over o
       WHERE m.project_id = o.project_id AND m.minute = o.minute RETURNING m.*
     ) SELECT project_id AS "projectId", minute, told, omitted, omitted_by_code AS "omittedByCode" FROM gone`,
    [before],
  );
}

async function tellOmitted(manager: EntityManager, row: Minute, at: Date): Promise<void> {
  const { projectId, minute, told, omitted, omittedByCode } = row;
  const from = minute.toISOString();
  await raiseEvent(manager, {
    id: eventIdOf(OMITTED_EVENT, projectId, from),
    type: OMITTED_EVENT,
    audience: 'request.failed',
    owner: { projectId },
    at,
    data: {
      projectId,
      from,
      to: new Date(minute.getTime() + MINUTE_MS).toISOString(),
      told,
      omitted,
      omittedByCode,
    },
  });
}
