import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException } from '@nestjs/common';
import type { Logger } from '@tollgate/telemetry';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { databaseProblem } from '../database/database-problem.ts';
import { Problem, type ProblemStatus } from './problem.ts';

const CODES: Partial<Record<number, [ProblemStatus, string]>> = {
  400: [400, 'bad_request'],
  401: [401, 'unauthenticated'],
  404: [404, 'not_found'],
  405: [405, 'method_not_allowed'],
  413: [413, 'too_large'],
  415: [415, 'unsupported_media_type'],
};

/** The one place where failures become answers: RFC 9457 problem details. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(private readonly log: Logger) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const problem = this.translate(error, http.getRequest<FastifyRequest>());
    const reply = http.getResponse<FastifyReply>();
    if (problem.status === 401) void reply.header('www-authenticate', 'Bearer');
    if (problem.status === 503) void reply.header('retry-after', '1');
    void reply
      .status(problem.status)
      .header('content-type', 'application/problem+json')
      .send(JSON.stringify(problem.toDetails()));
  }

  private translate(error: unknown, request: FastifyRequest): Problem {
    if (error instanceof Problem) return error;
    const status = error instanceof HttpException ? error.getStatus() : statusOf(error);
    const known = status === undefined ? undefined : CODES[status];
    if (known) return new Problem(...known, error instanceof Error ? error.message : 'refused');
    const database = databaseProblem(error);
    if (database) {
      if (database.status === 503) this.log.warn({ err: error }, 'Postgres is not reachable');
      return database;
    }
    this.log.error({ err: error, method: request.method, url: request.url }, 'unexpected failure');
    return new Problem(500, 'internal_error', 'Something went wrong inside the control plane.');
  }
}

/** Fastify's own errors carry a status: a body that is too large, or no JSON. */
function statusOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('statusCode' in error)) return undefined;
  return typeof error.statusCode === 'number' ? error.statusCode : undefined;
}
