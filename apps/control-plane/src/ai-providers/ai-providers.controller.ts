import { Body, Controller, Delete, Get, Inject, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { connectionTestAnswer } from '@tollgate/contracts';
import { BUS, type Bus } from '@tollgate/messaging';
import { DataSource } from 'typeorm';
import { ConfigChanges } from '../config-publishing/config-changes.ts';
import { given, requireRow } from '../database/rows.ts';
import { aiProviders } from '../database/tables.ts';
import {
  findPage,
  mapPage,
  pageOf,
  projectPageQuery,
  type ProjectPageQuery,
} from '../http/page.ts';
import { Returns, ReturnsNothing } from '../http/returns.ts';
import {
  aiProviderView,
  type CreateAiProvider,
  createAiProviderBody,
  type PatchAiProvider,
  patchAiProviderBody,
  showAiProvider,
} from './ai-provider.schema.ts';
import { createAiProvider, deleteAiProvider, patchAiProvider } from './ai-provider-writes.ts';
import { requireDialable } from './check-base-url.ts';
import { testAiProvider } from './test-ai-provider.ts';

@ApiTags('ai-providers')
@Controller('api/v1/ai-providers')
export class AiProvidersController {
  constructor(
    private readonly dataSource: DataSource,
    private readonly changes: ConfigChanges,
    @Inject(BUS) private readonly bus: Bus,
  ) {}

  @Get()
  @Returns(200, pageOf(aiProviderView))
  async list(@Query({ schema: projectPageQuery }) query: ProjectPageQuery) {
    const where = given({ projectId: query.projectId });
    return mapPage(
      await findPage(this.dataSource.manager, aiProviders, where, query),
      showAiProvider,
    );
  }

  @Get(':aiProviderId')
  @Returns(200, aiProviderView)
  async get(@Param('aiProviderId') id: string) {
    return showAiProvider(
      await requireRow(this.dataSource.manager, aiProviders, 'AI provider', id),
    );
  }

  @Post()
  @Returns(201, aiProviderView)
  async create(@Body({ schema: createAiProviderBody }) body: CreateAiProvider) {
    await requireDialable(body.baseUrl, this.changes.outbound);
    return showAiProvider(await this.changes.run((change) => createAiProvider(change, body)));
  }

  @Patch(':aiProviderId')
  @Returns(200, aiProviderView)
  async patch(
    @Param('aiProviderId') id: string,
    @Body({ schema: patchAiProviderBody }) body: PatchAiProvider,
  ) {
    await requireDialable(body.baseUrl, this.changes.outbound);
    return showAiProvider(await this.changes.run((change) => patchAiProvider(change, id, body)));
  }

  @Delete(':aiProviderId')
  @ReturnsNothing()
  async delete(@Param('aiProviderId') id: string): Promise<void> {
    await this.changes.run((change) => deleteAiProvider(change, id));
  }

  /** Lists the provider's models with the stored credential. */
  @Post(':aiProviderId/test')
  @Returns(200, connectionTestAnswer)
  async test(@Param('aiProviderId') id: string) {
    return testAiProvider(this.dataSource.manager, this.bus, id);
  }
}
