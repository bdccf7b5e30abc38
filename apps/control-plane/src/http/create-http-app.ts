import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { NestLogger } from '@tollgate/telemetry';
import type { RawServerDefault } from 'fastify';
import { changeOutcome } from '../config-publishing/config-changes.ts';
import { ControlPlaneModule, type ControlPlaneParts } from '../control-plane.module.ts';
import { HttpMetrics } from './http-metrics.ts';
import { serveOpenApi } from './openapi.ts';
import { ProblemFilter } from './problem.filter.ts';
import { readJsonBody } from './read-json-body.ts';
import { validationPipe } from './validation.ts';

/** A route of a thousand targets is some 300 KiB. */
const BODY_LIMIT = 2 * 1024 * 1024;
const REQUEST_TIMEOUT_MS = 30_000;

/** Says whether the change has reached the data plane, or will later. */
const PUBLISHED_HEADER = 'x-tollgate-published';

/** The Nest application, not yet listening. */
export async function createHttpApp(parts: ControlPlaneParts): Promise<NestFastifyApplication> {
  const adapter = new FastifyAdapter({
    bodyLimit: BODY_LIMIT,
    requestTimeout: REQUEST_TIMEOUT_MS,
    forceCloseConnections: 'idle',
  });
  announcePublishing(adapter);
  countRequests(adapter, new HttpMetrics(parts.telemetry.metrics));
  const app = await NestFactory.create<NestFastifyApplication>(
    ControlPlaneModule.with(parts),
    adapter,
    { logger: new NestLogger(parts.telemetry.log), abortOnError: false },
  );
  readJson(app);
  app.useGlobalFilters(new ProblemFilter(parts.telemetry.log));
  app.useGlobalPipes(validationPipe);
  serveOpenApi(app);
  return app;
}

function announcePublishing(adapter: FastifyAdapter): void {
  const server = adapter.getInstance();
  server.addHook('onRequest', (_request, _reply, done) => changeOutcome.run({}, done));
  server.addHook('onSend', (_request, reply, _payload, done) => {
    const published = changeOutcome.getStore()?.published;
    if (published !== undefined) void reply.header(PUBLISHED_HEADER, String(published));
    done();
  });
}

function countRequests(adapter: FastifyAdapter, metrics: HttpMetrics): void {
  adapter.getInstance().addHook('onResponse', (request, reply, done) => {
    metrics.observe(request, reply);
    done();
  });
}

/** Clients send `content-type: application/json` with `POST …/publish` and no body. */
function readJson(app: NestFastifyApplication): void {
  app.useBodyParser<RawServerDefault>(
    'application/json',
    { bodyLimit: BODY_LIMIT },
    (_request, body, done) => {
      try {
        done(null, readJsonBody(Buffer.from(body)));
      } catch (problem) {
        done(problem instanceof Error ? problem : new Error(String(problem)));
      }
    },
  );
}
