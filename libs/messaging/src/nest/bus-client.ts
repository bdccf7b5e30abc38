import { ClientProxy, type ReadPacket, type WritePacket } from '@nestjs/microservices';
import { CATALOGUE, type EventMessage, type RequestMessage } from '@tollgate/contracts';
import type { Bus } from '../bus.ts';
import { BusFailure } from '../bus-failure.ts';

/** The bus as a Nest `ClientProxy`, for modules that want one. Patterns are subjects of the catalogue. */
export class BusClient extends ClientProxy {
  constructor(private readonly bus: Bus) {
    super();
  }

  connect(): Promise<void> {
    return Promise.resolve();
  }

  /** The connection belongs to the process. */
  close(): void {}

  override unwrap<T>(): T {
    // The caller names the type, as everywhere in Nest.
    return this.bus as T;
  }

  protected publish(packet: ReadPacket, callback: (packet: WritePacket) => void): () => void {
    let isWanted = true;
    void this.bus.request(requestOf(packet), packet.data).then((result) => {
      if (!isWanted) return;
      if (result.ok) callback({ response: result.value, isDisposed: true });
      else callback({ err: new BusFailure(result.failure), isDisposed: true });
    });
    return () => {
      isWanted = false;
    };
  }

  protected dispatchEvent<T>(packet: ReadPacket): Promise<T> {
    this.bus.broadcast(eventOf(packet), packet.data);
    // Broadcasts have no answer.
    return Promise.resolve(undefined as T);
  }
}

function requestOf(packet: ReadPacket): RequestMessage<unknown, unknown> {
  for (const message of Object.values(CATALOGUE))
    if (message.subject === packet.pattern && message.kind === 'request')
      // The proxy is untyped by Nest's design; the other side parses what arrives.
      return message as unknown as RequestMessage<unknown, unknown>;
  throw new Error(`no request of the catalogue has the subject "${String(packet.pattern)}"`);
}

function eventOf(packet: ReadPacket): EventMessage<unknown> {
  for (const message of Object.values(CATALOGUE))
    if (message.subject === packet.pattern && message.kind === 'event')
      return message as unknown as EventMessage<unknown>;
  throw new Error(`no event of the catalogue has the subject "${String(packet.pattern)}"`);
}
