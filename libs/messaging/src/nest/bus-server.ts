import type { EventMessage, RequestMessage, StreamMessage } from '@tollgate/contracts';
import { type CustomTransportStrategy, type MessageHandler, Server } from '@nestjs/microservices';
import { firstValueFrom, isObservable } from 'rxjs';
import { BusFailure } from '../bus-failure.ts';
import type { ServiceHost } from '../bus/service-host.ts';
import { isFailureLike } from '../wire/decode-failure.ts';
import { BUS_TRANSPORT } from './handler-decorators.ts';

type CatalogueMessage =
  | RequestMessage<unknown, unknown>
  | StreamMessage<unknown, unknown>
  | EventMessage<unknown>;

/** Brings the decorated controllers of a Nest application onto the bus. */
export class BusServer extends Server implements CustomTransportStrategy {
  override readonly transportId = BUS_TRANSPORT;

  constructor(private readonly host: ServiceHost) {
    super();
  }

  listen(callback: (error?: unknown) => void): void {
    for (const [pattern, handler] of this.getHandlers()) this.register(pattern, handler);
    this.host.listen().then(() => callback(), callback);
  }

  /** Drains: see `ServiceHost.close`. Nest waits for it. */
  close(): Promise<void> {
    return this.host.close();
  }

  on(): void {
    throw new Error('the bus has no events of its own; ask Bus.isConnected()');
  }

  unwrap<T>(): T {
    // The caller names the type, as everywhere in Nest.
    return this.host as T;
  }

  private register(pattern: string, handler: MessageHandler): void {
    const message: CatalogueMessage | undefined = handler.extras?.['message'];
    if (message === undefined)
      throw new Error(`the handler of "${pattern}" needs @Answers, @Serves or @Hears`);
    switch (message.kind) {
      case 'request':
        this.host.answers(message, async (question, context) =>
          settled(await handler(question, context)),
        );
        return;
      case 'stream':
        this.host.serves(message, (call) => handler(call).then(thrownWithin));
        return;
      case 'event':
        this.host.hears(message, async (event) => {
          await settled(await handler(event));
        });
    }
  }
}

/** Nest answers a thrown error as an observable that fails. */
async function settled(result: unknown): Promise<unknown> {
  if (!isObservable(result)) return result;
  try {
    return await firstValueFrom(result, { defaultValue: undefined });
  } catch (thrown) {
    throw isFailureLike(thrown) ? new BusFailure(thrown) : thrown;
  }
}

function thrownWithin(result: unknown): Promise<void> | void {
  if (isObservable(result)) return settled(result).then(() => undefined);
}
