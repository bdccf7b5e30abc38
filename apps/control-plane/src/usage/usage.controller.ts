import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import {
  queryRequests,
  queryUsage,
  type RequestsAnswer,
  type RequestsQuery,
} from '@tollgate/contracts';
import { BUS, type Bus } from '@tollgate/messaging';
import { DataSource } from 'typeorm';
import { organizations } from '../database/tables.ts';
import { pageOf } from '../http/page.ts';
import { notFound, unavailable } from '../http/problem.ts';
import { Returns } from '../http/returns.ts';
import { invalid } from '../http/validation.ts';
import { findOrganization } from './find-organization.ts';
import {
  type RequestsParams,
  requestsQueryParams,
  requestView,
  type UsageParams,
  usageQueryParams,
  usageView,
} from './usage.schema.ts';

const DEFAULT_SPAN_MS = 30 * 24 * 3_600_000;
const AWAY = 'The analytics store cannot be reached right now. Try again soon.';
const ANYTHING: Omit<RequestsQuery, 'organizationId'> = {
  projectId: null,
  requestId: null,
  keyId: null,
  model: null,
  outcome: null,
  from: null,
  to: null,
  limit: 1,
  cursor: null,
};

/** Reads what trace-ingest keeps. */
@ApiTags('usage')
@Controller('api/v1')
export class UsageController {
  constructor(
    private readonly dataSource: DataSource,
    @Inject(BUS) private readonly bus: Bus,
  ) {}

  @Get('usage')
  @Returns(200, usageView)
  async usage(@Query({ schema: usageQueryParams }) query: UsageParams) {
    const to = query.to === undefined ? Date.now() : Date.parse(query.to);
    const from = query.from === undefined ? to - DEFAULT_SPAN_MS : Date.parse(query.from);
    if (from >= to) throw invalid([{ field: 'from', message: 'must be before to' }]);
    const answer = await this.bus.request(queryUsage, {
      organizationId: await findOrganization(this.dataSource.manager, query),
      projectId: query.projectId ?? null,
      groupBy: query.groupBy ?? [],
      from,
      to,
      interval: query.interval ?? null,
    });
    if (!answer.ok || answer.value.outcome === 'unavailable') throw unavailable(AWAY);
    return {
      data: answer.value.rows,
      truncated: answer.value.truncated,
      from: new Date(from).toISOString(),
      to: new Date(to).toISOString(),
      nextCursor: null,
    };
  }

  @Get('requests')
  @Returns(200, pageOf(requestView))
  async requests(@Query({ schema: requestsQueryParams }) query: RequestsParams) {
    const found = await this.ask({
      organizationId: await findOrganization(this.dataSource.manager, query),
      projectId: query.projectId ?? null,
      requestId: null,
      keyId: query.keyId ?? null,
      model: query.model ?? null,
      outcome: query.outcome ?? null,
      from: query.from === undefined ? null : Date.parse(query.from),
      to: query.to === undefined ? null : Date.parse(query.to),
      limit: query.limit,
      cursor: query.cursor ?? null,
    });
    return { data: found.requests, nextCursor: found.nextCursor };
  }

  /** An id says nothing of its tenant, so organizations are asked in turn. */
  @Get('requests/:requestId')
  @Returns(200, requestView)
  async request(@Param('requestId') requestId: string) {
    const all = await this.dataSource.manager.find(organizations, { order: { id: 'ASC' } });
    for (const { id } of all) {
      const found = await this.ask({ ...ANYTHING, organizationId: id, requestId });
      const [request] = found.requests;
      if (request) return request;
    }
    throw notFound('request', requestId);
  }

  private async ask(
    query: RequestsQuery,
  ): Promise<Extract<RequestsAnswer, { readonly outcome: 'found' }>> {
    const answer = await this.bus.request(queryRequests, query);
    if (!answer.ok || answer.value.outcome === 'unavailable') throw unavailable(AWAY);
    if (answer.value.outcome === 'found') return answer.value;
    throw invalid([{ field: 'cursor', message: 'is not a cursor that this list gave' }]);
  }
}
