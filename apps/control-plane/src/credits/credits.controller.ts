import { Body, Controller, Get, Inject, Param, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { formatUsd } from '@tollgate/contracts';
import { BUS, type Bus } from '@tollgate/messaging';
import { DataSource } from 'typeorm';
import { ConfigChanges } from '../config-publishing/config-changes.ts';
import { requireRow } from '../database/rows.ts';
import { credits, organizations } from '../database/tables.ts';
import { findPage, mapPage, pageQuery, type PageQuery } from '../http/page.ts';
import { Returns } from '../http/returns.ts';
import {
  type CreateCredit,
  createCreditBody,
  creditPage,
  creditView,
  showCredit,
} from './credit.schema.ts';
import { createCredit } from './credit-writes.ts';
import { readSpentCredits } from './spent-credits.ts';
import { sumOfCredits } from './sum-of-credits.ts';

@ApiTags('organizations')
@Controller('api/v1/organizations/:organizationId/credits')
export class CreditsController {
  constructor(
    private readonly dataSource: DataSource,
    private readonly changes: ConfigChanges,
    @Inject(BUS) private readonly bus: Bus,
  ) {}

  @Get()
  @Returns(200, creditPage)
  async list(
    @Param('organizationId') organizationId: string,
    @Query({ schema: pageQuery }) query: PageQuery,
  ) {
    const { manager } = this.dataSource;
    await requireRow(manager, organizations, 'organization', organizationId);
    const page = await findPage(manager, credits, { organizationId }, query);
    const spent = await readSpentCredits(this.bus, organizationId);
    return {
      ...mapPage(page, showCredit),
      grantedUsd: formatUsd(await sumOfCredits(manager, organizationId)),
      spentUsd: spent && formatUsd(spent.settled),
    };
  }

  /** Books credits, or a correction. A reference that is booked already is answered as it was booked. */
  @Post()
  @Returns(201, creditView)
  async create(
    @Param('organizationId') organizationId: string,
    @Body({ schema: createCreditBody }) body: CreateCredit,
  ) {
    // Asked before the transaction, which other changes wait for.
    const isCorrection = body.amountUsd.startsWith('-') && !body.allowBelowSpent;
    const known = isCorrection ? await readSpentCredits(this.bus, organizationId) : null;
    const spent = known && known.settled + known.granted;
    return showCredit(
      await this.changes.run((change) => createCredit(change, organizationId, body, spent)),
    );
  }
}
