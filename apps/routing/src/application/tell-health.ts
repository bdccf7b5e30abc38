import {
  circuitOpened,
  type CircuitOpened,
  type HealthAnswer,
  type HealthRequest,
} from '@tollgate/contracts';
import type { DurablePublisher } from '@tollgate/messaging';
import type { HealthBook, HealthChange } from './health-book.ts';

export interface TellHealthPorts {
  readonly publisher: Pick<DurablePublisher, 'publish'>;
  readonly health: Pick<HealthBook, 'circuitOf'>;
  readonly instanceId: string;
  readonly now: () => number;
  /** The event is lost: neither NATS nor the disk took it. The next opening of the circuit is told again. */
  readonly onLost: (failure: unknown) => void;
}

/** Tells those who look after connections what the circuit breakers see. Nothing that plans are made of waits for it. */
export class TellHealth {
  constructor(private readonly ports: TellHealthPorts) {}

  /** Says durably that a circuit opened, or opened again. That others see it too is for the listener to notice. */
  changed(change: HealthChange): void {
    if (change.to !== 'open') return;
    const { publisher, instanceId, now, onLost } = this.ports;
    const { circuit } = change;
    const event: CircuitOpened = {
      instanceId,
      aiProviderId: change.aiProviderId,
      model: change.model,
      at: now(),
      failure: circuit.lastFailure,
      failed: circuit.failed,
      succeeded: circuit.succeeded,
      reopensAt: circuit.reopensAt,
    };
    publisher.publish(circuitOpened, JSON.stringify(event)).catch(onLost);
  }

  /** What this instance has seen of these models. */
  read({ models }: HealthRequest): HealthAnswer {
    const nowMs = this.ports.now();
    return {
      models: models.map(({ aiProviderId, model }) => {
        const circuit = this.ports.health.circuitOf(aiProviderId, model, nowMs);
        return {
          aiProviderId,
          model,
          state: circuit?.state ?? 'closed',
          since: circuit?.windowStart ?? 0,
          succeeded: circuit?.succeeded ?? 0,
          failed: circuit?.failed ?? 0,
        };
      }),
    };
  }
}
