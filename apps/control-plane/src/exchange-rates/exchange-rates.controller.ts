import { Body, Controller, Get, Param, Put } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { DataSource } from 'typeorm';
import { z } from 'zod';
import { ConfigChanges } from '../config-publishing/config-changes.ts';
import { exchangeRates } from '../database/tables.ts';
import type { ExchangeRateRow } from '../domain/rows.ts';
import { Returns } from '../http/returns.ts';
import { currencyCode, exchangeRateBody, type ExchangeRateBody } from './exchange-rate.schema.ts';
import { putExchangeRate } from './put-exchange-rate.ts';

const exchangeRateView = z
  .object({ currency: z.string(), usdPerUnit: z.string(), updatedAt: z.string() })
  .meta({ id: 'ExchangeRate' });

@ApiTags('exchange-rates')
@Controller('api/v1/exchange-rates')
export class ExchangeRatesController {
  constructor(
    private readonly dataSource: DataSource,
    private readonly changes: ConfigChanges,
  ) {}

  @Get()
  @Returns(200, z.object({ data: z.array(exchangeRateView), nextCursor: z.null() }))
  async list() {
    const rows = await this.dataSource.manager.find(exchangeRates, { order: { currency: 'ASC' } });
    return { data: rows.map(show), nextCursor: null };
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
}

const show = (row: ExchangeRateRow) => ({
  currency: row.currency,
  usdPerUnit: row.usdPerUnit,
  updatedAt: row.updatedAt.toISOString(),
});
