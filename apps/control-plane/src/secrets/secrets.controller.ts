import { Body, Controller, Delete, Get, Inject, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { KeyRing } from '@tollgate/secrets';
import { DataSource } from 'typeorm';
import { ConfigChanges } from '../config-publishing/config-changes.ts';
import { given, requireRow } from '../database/rows.ts';
import { secrets } from '../database/tables.ts';
import {
  findPage,
  mapPage,
  pageOf,
  projectPageQuery,
  type ProjectPageQuery,
} from '../http/page.ts';
import { Returns, ReturnsNothing } from '../http/returns.ts';
import {
  type CreateSecret,
  createSecretBody,
  type PatchSecret,
  patchSecretBody,
  secretView,
  showSecret,
} from './secret.schema.ts';
import { createSecret, deleteSecret, patchSecret } from './secret-writes.ts';

/** Injection token of the key ring that seals. */
export const KEY_RING = Symbol('tollgate.key-ring');

@ApiTags('secrets')
@Controller('api/v1/secrets')
export class SecretsController {
  constructor(
    private readonly dataSource: DataSource,
    private readonly changes: ConfigChanges,
    @Inject(KEY_RING) private readonly ring: KeyRing,
  ) {}

  @Get()
  @Returns(200, pageOf(secretView))
  async list(@Query({ schema: projectPageQuery }) query: ProjectPageQuery) {
    const where = given({ projectId: query.projectId });
    return mapPage(await findPage(this.dataSource.manager, secrets, where, query), showSecret);
  }

  @Get(':secretId')
  @Returns(200, secretView)
  async get(@Param('secretId') id: string) {
    return showSecret(await requireRow(this.dataSource.manager, secrets, 'secret', id));
  }

  @Post()
  @Returns(201, secretView)
  async create(@Body({ schema: createSecretBody }) body: CreateSecret) {
    return showSecret(await this.changes.run((change) => createSecret(change, this.ring, body)));
  }

  @Patch(':secretId')
  @Returns(200, secretView)
  async patch(@Param('secretId') id: string, @Body({ schema: patchSecretBody }) body: PatchSecret) {
    return showSecret(await this.changes.run((change) => patchSecret(change, this.ring, id, body)));
  }

  @Delete(':secretId')
  @ReturnsNothing()
  async delete(@Param('secretId') id: string): Promise<void> {
    await this.changes.run((change) => deleteSecret(change, id));
  }
}
