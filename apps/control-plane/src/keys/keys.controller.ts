import { Body, Controller, Delete, Get, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { DataSource } from 'typeorm';
import { ConfigChanges } from '../config-publishing/config-changes.ts';
import { given, requireRow } from '../database/rows.ts';
import { keys } from '../database/tables.ts';
import type { KeyRow } from '../domain/rows.ts';
import {
  findPage,
  mapPage,
  pageOf,
  projectPageQuery,
  type ProjectPageQuery,
} from '../http/page.ts';
import { Returns, ReturnsNothing } from '../http/returns.ts';
import {
  type CreateKey,
  createKeyBody,
  keyView,
  newKeyView,
  type PatchKey,
  patchKeyBody,
  showKey,
} from './key.schema.ts';
import { createKey, deleteKey, type NewKey, patchKey, revokeKey, rotateKey } from './key-writes.ts';

@ApiTags('keys')
@Controller('api/v1/keys')
export class KeysController {
  constructor(
    private readonly dataSource: DataSource,
    private readonly changes: ConfigChanges,
  ) {}

  @Get()
  @Returns(200, pageOf(keyView))
  async list(@Query({ schema: projectPageQuery }) query: ProjectPageQuery) {
    const where = given({ projectId: query.projectId });
    return mapPage(await findPage(this.dataSource.manager, keys, where, query), show);
  }

  @Get(':keyId')
  @Returns(200, keyView)
  async get(@Param('keyId') id: string) {
    return show(await requireRow(this.dataSource.manager, keys, 'key', id));
  }

  @Post()
  @Returns(201, newKeyView)
  async create(@Body({ schema: createKeyBody }) body: CreateKey) {
    return showNew(await this.changes.run((change) => createKey(change, body)));
  }

  @Patch(':keyId')
  @Returns(200, keyView)
  async patch(@Param('keyId') id: string, @Body({ schema: patchKeyBody }) body: PatchKey) {
    return show(await this.changes.run((change) => patchKey(change, id, body)));
  }

  @Post(':keyId/rotate')
  @Returns(200, newKeyView)
  async rotate(@Param('keyId') id: string) {
    return showNew(await this.changes.run((change) => rotateKey(change, id)));
  }

  @Post(':keyId/revoke')
  @Returns(200, keyView)
  async revoke(@Param('keyId') id: string) {
    return show(await this.changes.run((change) => revokeKey(change, id)));
  }

  @Delete(':keyId')
  @ReturnsNothing()
  async delete(@Param('keyId') id: string): Promise<void> {
    await this.changes.run((change) => deleteKey(change, id));
  }
}

const show = (row: KeyRow) => showKey(row, new Date());

const showNew = ({ row, text }: NewKey) => ({ ...show(row), key: text });
