import { Body, Controller, Delete, Get, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { DataSource } from 'typeorm';
import { ConfigChanges } from '../config-publishing/config-changes.ts';
import { requireRow } from '../database/rows.ts';
import { organizations } from '../database/tables.ts';
import { findPage, mapPage, pageOf, pageQuery, type PageQuery } from '../http/page.ts';
import { Returns, ReturnsNothing } from '../http/returns.ts';
import {
  type CreateOrganization,
  createOrganizationBody,
  organizationView,
  type PatchOrganization,
  patchOrganizationBody,
  showOrganization,
} from './organization.schema.ts';
import {
  createOrganization,
  deleteOrganization,
  patchOrganization,
} from './organization-writes.ts';

@ApiTags('organizations')
@Controller('api/v1/organizations')
export class OrganizationsController {
  constructor(
    private readonly dataSource: DataSource,
    private readonly changes: ConfigChanges,
  ) {}

  @Get()
  @Returns(200, pageOf(organizationView))
  async list(@Query({ schema: pageQuery }) query: PageQuery) {
    return mapPage(
      await findPage(this.dataSource.manager, organizations, {}, query),
      showOrganization,
    );
  }

  @Get(':organizationId')
  @Returns(200, organizationView)
  async get(@Param('organizationId') id: string) {
    const { manager } = this.dataSource;
    return showOrganization(await requireRow(manager, organizations, 'organization', id));
  }

  @Post()
  @Returns(201, organizationView)
  async create(@Body({ schema: createOrganizationBody }) body: CreateOrganization) {
    return showOrganization(await this.changes.run((change) => createOrganization(change, body)));
  }

  @Patch(':organizationId')
  @Returns(200, organizationView)
  async patch(
    @Param('organizationId') id: string,
    @Body({ schema: patchOrganizationBody }) body: PatchOrganization,
  ) {
    return showOrganization(
      await this.changes.run((change) => patchOrganization(change, id, body)),
    );
  }

  @Delete(':organizationId')
  @ReturnsNothing()
  async delete(@Param('organizationId') id: string): Promise<void> {
    await this.changes.run((change) => deleteOrganization(change, id));
  }
}
