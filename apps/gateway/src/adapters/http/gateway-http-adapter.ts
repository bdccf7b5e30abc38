import type { IdFactory } from '@tollgate/contracts';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyInstance, RawServerDefault } from 'fastify';
import { notFound, unexpected } from './http-server.ts';

/** Nest on the gateway's Fastify: what no route takes is answered in the shape of a dialect, not in Nest's. */
export class GatewayHttpAdapter extends FastifyAdapter<RawServerDefault> {
  constructor(
    private readonly server: FastifyInstance,
    private readonly newId: IdFactory,
    private readonly onBug: (error: unknown) => void,
  ) {
    super(server);
  }

  override setNotFoundHandler(): FastifyInstance {
    return this.server.setNotFoundHandler(notFound(this.newId));
  }

  override setErrorHandler(): FastifyInstance {
    return this.server.setErrorHandler(unexpected(this.newId, this.onBug));
  }
}
