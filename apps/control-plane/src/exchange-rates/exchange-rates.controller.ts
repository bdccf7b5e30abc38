import { Body, Controller, Delete, Get, Inject, Param, Put } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { DataSource } from 'typeorm';
import { z } from 'zod';
import { ConfigChanges } from '../config-publishing/config-changes.ts';
import { exchangeRates } from '../database/tables.ts';
import type { ExchangeRateRow } from '../domain/rows.ts';
import { Problem } from '../http/problem.ts';
import { Returns } from '../http/returns.ts';
import { currencyCode, exchangeRateBody, type ExchangeRateBody } from './exchange-rate.schema.ts';
import { putExchangeRate } from './put-exchange-rate.ts';
import { rateFeedView, showRateFeed } from './rate-feed-state.ts';
import { releaseToFeed } from './release-to-feed.ts';

/** What the feed's URL is injected as; undefined where there is none. */
export const RATE_FEED_URL = 'RATE_FEED_URL';

const exchangeRateView = z
  .object({
    currency: z.string(),
    usdPerUnit: z.string(),
    /** What an operator set, the feed leaves alone. */
    source: z.enum(['operator', 'feed']),
    /** The day that the feed names. */
    asOf: z.string().nullable(),
    updatedAt: z.string(),
  })
  .meta({ id: 'ExchangeRate' });

const exchangeRatesView = z.object({
  data: z.array(exchangeRateView),
  nextCursor: z.null(),
  feed: rateFeedView.nullable(),
});

@ApiTags('exchange-rates')
@Controller('api/v1/exchange-rates')
export class ExchangeRatesController {
  constructor(
    private readonly dataSource: DataSource,
    private readonly changes: ConfigChanges,
    @Inject(RATE_FEED_URL) private readonly feedUrl: string | undefined,
  ) {}

  @Get()
  @Returns(200, exchangeRatesView)
  async list() {
    const rows = await this.dataSource.manager.find(exchangeRates, { order: { currency: 'ASC' } });
    const feed = await showRateFeed(this.dataSource, this.feedUrl);
    return { data: rows.map(show), nextCursor: null, feed };
  }

  @Put(':currency')
  @Returns(200, exchangeRateView)
  async put(
    @Param('currency', { schema: currencyCode }) currency: string,
    @Body({ schema: exchangeRateBody }) body: ExchangeRateBody,
  ) {
    return show(
      await this.changes.run((change) => putExchangeRate(change, currency, body.usdPerUnit)),
    );
  }

  /** The operator's rate stays until the feed says another. */
  @Delete(':currency')
  @Returns(200, exchangeRateView)
  async release(@Param('currency', { schema: currencyCode }) currency: string) {
    if (this.feedUrl === undefined) throw noFeed();
    return show(await this.changes.run((change) => releaseToFeed(change, currency)));
  }
}

function noFeed(): Problem {
  const detail =
    'There is no feed that could take the rate over: TOLLGATE_EXCHANGE_RATES_URL is not set.';
  return new Problem(409, 'conflict', detail);
}

const show = (row: ExchangeRateRow) => ({
  currency: row.currency,
  usdPerUnit: row.usdPerUnit,
  source: row.source,
  asOf: row.asOf?.toISOString().slice(0, 10) ?? null,
  updatedAt: row.updatedAt.toISOString(),
});
