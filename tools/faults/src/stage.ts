import { Admin, eventually } from '@tollgate/e2e';
import type { TokenPrice } from './logs/log-reader.ts';
import type { FaultSystem } from './system/fault-system.ts';
import { LONGEST_CALL_MS } from './system/shape.ts';

/** Answers at once. */
export const FAST_MODEL = 'fault-instant';
/** Takes about half a second, so that faults hit it in the middle. */
export const SLOW_MODEL = 'fault-slow';

/** USD for a million tokens, and the same in pico-USD a token. */
const PRICE = { inputPerMTok: '1', outputPerMTok: '10' };
export const TOKEN_PRICE: TokenPrice = { input: 1_000_000n, output: 10_000_000n };

const TIMEOUTS = {
  connectMs: 1_000,
  firstByteMs: 2_500,
  stallMs: 2_500,
  totalMs: LONGEST_CALL_MS,
};

export interface StageKey {
  readonly id: string;
  readonly text: string;
}

/** A project with a priced connection to the simulated provider and a route with short timeouts; keys are made as they are needed. */
export class Stage {
  private readonly admin: Admin;
  private readonly projectId: string;
  private readonly routeId: string;

  private constructor(admin: Admin, projectId: string, routeId: string) {
    this.admin = admin;
    this.projectId = projectId;
    this.routeId = routeId;
  }

  static async set(system: FaultSystem): Promise<Stage> {
    const admin = new Admin(() => system.facts());
    const project = await admin.createProject('faults');
    const connection = await admin.connect(project.id, 'simulator', {
      models: [FAST_MODEL, SLOW_MODEL].map((name) => ({ name, price: PRICE })),
    });
    const route = await admin.publishRoute(
      project.id,
      'main',
      [FAST_MODEL, SLOW_MODEL].map((model) => ({ aiProviderId: connection.id, model })),
      { timeouts: TIMEOUTS },
    );
    await slowDown(system.facts().simulatorUrl);
    return new Stage(admin, project.id, route.id);
  }

  /** A key with these budgets of its own. */
  async key(
    name: string,
    budgets: readonly Readonly<Record<string, unknown>>[],
  ): Promise<StageKey> {
    const made = await eventually(
      'a key is made',
      () => this.admin.createKey(this.projectId, this.routeId, { name, budgets }),
      Boolean,
      30_000,
    );
    return { id: made.id, text: made.key };
  }
}

async function slowDown(simulatorUrl: string): Promise<void> {
  const response = await fetch(`${simulatorUrl}/_sim/behaviours/${SLOW_MODEL}`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ttftMs: 150, chunkDelayMs: 20 }),
  });
  if (!response.ok) throw new Error(await response.text());
}
