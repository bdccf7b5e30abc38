import { AsyncLocalStorage } from 'node:async_hooks';
import type { AddressPolicy } from '@tollgate/outbound';
import type { DataSource, EntityManager } from 'typeorm';
import type { ManagedCaps } from '../domain/rows.ts';
import type { Publisher } from './publisher.ts';
import type { Touched } from './touched.ts';

/** One change of the config: its rows, and what it touches. */
export interface ConfigChange {
  readonly manager: EntityManager;
  /** Which addresses a URL that is saved may name. */
  readonly outbound: AddressPolicy;
  /** What new organizations start with. */
  readonly managedCaps: ManagedCaps;
  touch(...touched: readonly Touched[]): void;
}

/** What became of the changes of one HTTP request; the answer says so in a header. */
export const changeOutcome = new AsyncLocalStorage<{ published?: boolean }>();

/** A change that is not published by then goes on in the background; milliseconds. */
const WAIT_FOR_PUBLISHING_MS = 2_000;

/**
 * Runs changes: rows and outbox row in one transaction. The revision's row is locked first, so that changes happen one
 * after the other: revisions commit in order, and what a change checked still holds when it commits.
 */
export class ConfigChanges {
  constructor(
    private readonly dataSource: DataSource,
    private readonly publisher: Publisher,
    readonly outbound: AddressPolicy,
    private readonly managedCaps: ManagedCaps,
  ) {}

  /** Carries out the change, and waits a moment for it to reach the data plane. NATS being away fails nothing. */
  async run<T>(body: (change: ConfigChange) => Promise<T>): Promise<T> {
    const { result, revision } = await this.dataSource.transaction(async (manager) => {
      const touched = new Set<Touched>();
      const next = await nextRevision(manager);
      const value = await body({
        manager,
        outbound: this.outbound,
        managedCaps: this.managedCaps,
        touch: (...more) => more.forEach((one) => touched.add(one)),
      });
      if (touched.size === 0) return { result: value, revision: undefined };
      await addToOutbox(manager, next, [...touched]);
      return { result: value, revision: next };
    });
    const published =
      revision === undefined || (await this.publisher.published(revision, WAIT_FOR_PUBLISHING_MS));
    const outcome = changeOutcome.getStore();
    if (outcome) outcome.published = published && outcome.published !== false;
    return result;
  }
}

/** Takes the next revision, and with it the turn: other changes wait until this transaction ends. */
export async function nextRevision(manager: EntityManager, atLeast = 0): Promise<number> {
  const [rows] = (await manager.query(
    `UPDATE control_plane.config_revision SET revision = greatest(revision, $1) + 1 RETURNING revision`,
    [atLeast],
  )) as [{ revision: string }[], number];
  return Number(rows[0]?.revision);
}

async function addToOutbox(
  manager: EntityManager,
  revision: number,
  touched: readonly Touched[],
): Promise<void> {
  await manager.query(`INSERT INTO control_plane.outbox (revision, touched) VALUES ($1, $2)`, [
    revision,
    JSON.stringify(touched),
  ]);
}
