import type { Stack } from '@tollgate/stack';
import type { LinkConditions } from '../proxy/conditions.ts';
import { FaultProxy } from '../proxy/fault-proxy.ts';

export type Server = 'nats' | 'postgres' | 'clickhouse';

interface Link {
  readonly instance: string;
  readonly server: Server;
  readonly proxy: FaultProxy;
}

/** A proxy between each instance and each server that it talks to. */
export class Links {
  private readonly links: Link[] = [];

  /** The stack's URLs as this instance is to see them. */
  async connect(instance: string, servers: readonly Server[], stack: Stack): Promise<Stack> {
    const urls = {
      nats: stack.natsUrl,
      postgres: stack.postgresUrl,
      clickhouse: stack.clickhouseUrl,
    };
    for (const server of servers) {
      const url = new URL(urls[server]);
      const proxy = await FaultProxy.start(Number(url.port));
      this.links.push({ instance, server, proxy });
      url.port = String(proxy.port);
      urls[server] = url.href;
    }
    const { nats, postgres, clickhouse } = urls;
    return { ...stack, natsUrl: nats, postgresUrl: postgres, clickhouseUrl: clickhouse };
  }

  /** @param end an instance, or a server: all links that begin or end there */
  reset(end: string): void {
    for (const { proxy } of this.of(end)) proxy.reset();
  }

  /** @param end an instance, or a server: all links that begin or end there */
  set(end: string, conditions: LinkConditions): void {
    for (const { proxy } of this.of(end)) proxy.set(conditions);
  }

  async stop(): Promise<void> {
    await Promise.all(this.links.map(({ proxy }) => proxy.stop()));
  }

  private of(end: string): readonly Link[] {
    return this.links.filter(({ instance, server }) => instance === end || server === end);
  }
}
