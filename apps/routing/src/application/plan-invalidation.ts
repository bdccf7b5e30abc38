import { plansInvalidated, type CallsObserved } from '@tollgate/contracts';
import type { Bus } from '@tollgate/messaging';
import type { HealthBook, HealthChange } from './health-book.ts';
import type { Planner } from './planner.ts';

const ROUTE_KEY = 'route.';
const CONNECTION_KEY = 'connection.';

export interface InvalidationPorts {
  readonly bus: Pick<Bus, 'broadcast'>;
  readonly planner: Pick<Planner, 'nextEpoch'>;
  readonly health: HealthBook;
  readonly now: () => number;
  readonly onHealthChange?: (change: HealthChange) => void;
}

/** Tells the gateways which plans are void: because health changed, or because a route or a connection did. */
export class PlanInvalidation {
  private readonly ports: InvalidationPorts;

  constructor(ports: InvalidationPorts) {
    this.ports = ports;
  }

  callsObserved(report: CallsObserved): void {
    this.healthChanged(this.ports.health.note(report, this.ports.now()));
  }

  /** Called every second: circuits whose pause is over let calls through again. */
  tick(): void {
    this.healthChanged(this.ports.health.reopened(this.ports.now()));
  }

  /** @param keys KV keys that changed; null when anything may have */
  configChanged(keys: readonly string[] | null): void {
    if (keys === null) return this.announce([], [], 'config was read anew', true);
    const routeIds = idsIn(keys, ROUTE_KEY);
    const aiProviderIds = idsIn(keys, CONNECTION_KEY);
    if (routeIds.length || aiProviderIds.length)
      this.announce(routeIds, aiProviderIds, 'config changed');
  }

  private healthChanged(changes: readonly HealthChange[]): void {
    if (!changes.length) return;
    for (const change of changes) this.ports.onHealthChange?.(change);
    const ids = [...new Set(changes.map((change) => change.aiProviderId))];
    const text = changes.map((one) => `${one.aiProviderId} ${one.model}: ${one.from} to ${one.to}`);
    this.announce([], ids, text.slice(0, 8).join('; '));
  }

  private announce(
    routeIds: readonly string[],
    aiProviderIds: readonly string[],
    reason: string,
    all = false,
  ): void {
    this.ports.bus.broadcast(plansInvalidated, {
      epoch: this.ports.planner.nextEpoch(),
      routeIds: all ? ['*'] : [...routeIds],
      aiProviderIds: [...aiProviderIds],
      reason,
    });
  }
}

function idsIn(keys: readonly string[], prefix: string): readonly string[] {
  return keys.filter((key) => key.startsWith(prefix)).map((key) => key.slice(prefix.length));
}
