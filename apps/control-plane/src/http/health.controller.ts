import { Controller, Get, Header, HttpCode, Inject, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Telemetry } from '@tollgate/telemetry';
import type { FastifyReply } from 'fastify';
import { DataSource } from 'typeorm';
import { OpenToAll } from '../auth/open-to-all.ts';
import { Publisher } from '../config-publishing/publisher.ts';

export const TELEMETRY = Symbol('tollgate.telemetry');

/** Probes and metrics. */
@ApiExcludeController()
@Controller()
export class HealthController {
  constructor(
    private readonly dataSource: DataSource,
    private readonly publisher: Publisher,
    @Inject(TELEMETRY) private readonly telemetry: Telemetry,
  ) {}

  @OpenToAll()
  @Get('healthz')
  healthz() {
    return { status: 'ok' };
  }

  /** Ready means that requests can be served: Postgres answers. Publishing catches up by itself, and is told besides. */
  @OpenToAll()
  @Get('readyz')
  @HttpCode(200)
  async readyz(@Res({ passthrough: true }) reply: FastifyReply) {
    const postgres = await this.dataSource.query('SELECT 1').then(
      () => true,
      () => false,
    );
    if (!postgres) void reply.status(503);
    const failing = postgres ? [] : ['postgres'];
    const published = this.publisher.isHealthy();
    return { status: postgres ? 'ready' : 'not ready', failing, configPublished: published };
  }

  @Get('metrics')
  @Header('content-type', 'text/plain; version=0.0.4; charset=utf-8')
  metrics(): Promise<string> {
    return this.telemetry.metrics.metrics();
  }
}
