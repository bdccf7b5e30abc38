import { Controller, Inject } from '@nestjs/common';
import { type ClickHouse, toFailure } from '@tollgate/clickhouse';
import {
  type KeyUseAnswer,
  type KeyUseQuery,
  queryKeyUse,
  queryRequests,
  queryUsage,
  type RequestsAnswer,
  type RequestsQuery,
  type UsageAnswer,
  type UsageQuery,
} from '@tollgate/contracts';
import { Answers } from '@tollgate/messaging';
import type { Logger } from '@tollgate/telemetry';
import { readKeyUse } from './key-use-reader.ts';
import { readRequests } from './requests-reader.ts';
import { readUsage } from './usage-reader.ts';

export const CLICKHOUSE = Symbol('tollgate.trace-ingest.clickhouse');
export const LOG = Symbol('tollgate.trace-ingest.log');

/** Questions about what was recorded. */
@Controller()
export class TraceController {
  constructor(
    @Inject(CLICKHOUSE) private readonly clickhouse: ClickHouse,
    @Inject(LOG) private readonly log: Logger,
  ) {}

  @Answers(queryUsage)
  usage(question: UsageQuery): Promise<UsageAnswer> {
    return this.available(() => readUsage(this.clickhouse, question));
  }

  @Answers(queryRequests)
  requests(question: RequestsQuery): Promise<RequestsAnswer> {
    return this.available(() => readRequests(this.clickhouse, question));
  }

  @Answers(queryKeyUse)
  keyUse(question: KeyUseQuery): Promise<KeyUseAnswer> {
    return this.available(() => readKeyUse(this.clickhouse, question));
  }

  private async available<A>(read: () => Promise<A>): Promise<A | { outcome: 'unavailable' }> {
    try {
      return await read();
    } catch (thrown) {
      const { kind, code, message } = toFailure(thrown);
      this.log.warn({ kind, code, failure: message.slice(0, 300) }, 'a query was not answered');
      return { outcome: 'unavailable' };
    }
  }
}
