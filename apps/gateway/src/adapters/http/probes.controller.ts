import { Controller, Get, Header, Inject, Res } from '@nestjs/common';
import { failingChecks, type ReadinessChecks, Registry } from '@tollgate/telemetry';
import type { FastifyReply } from 'fastify';

/** Injection token of what must hold for the gateway to be ready. */
export const READINESS = Symbol('tollgate.gateway.readiness');

/** Probes and metrics; they need no key and tell nothing about one. */
@Controller()
export class ProbesController {
  constructor(
    private readonly metricsRegistry: Registry,
    @Inject(READINESS) private readonly checks: ReadinessChecks,
  ) {}

  @Get('healthz')
  health(): { status: string } {
    return { status: 'ok' };
  }

  @Get('readyz')
  readiness(@Res() reply: FastifyReply): void {
    const failing = failingChecks(this.checks);
    const status = failing.length ? 'not ready' : 'ready';
    void reply.code(failing.length ? 503 : 200).send({ status, failing });
  }

  @Get('metrics')
  @Header('content-type', Registry.PROMETHEUS_CONTENT_TYPE)
  metrics(): Promise<string> {
    return this.metricsRegistry.metrics();
  }
}
