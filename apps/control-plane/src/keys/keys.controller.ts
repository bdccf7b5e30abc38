import { Body, Controller, Delete, Get, Inject, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { BUS, type Bus } from '@tollgate/messaging';
import { DataSource } from 'typeorm';
import { AdminTokens } from '../auth/admin-tokens.ts';
import { ConfigChanges } from '../config-publishing/config-changes.ts';
import { given, requireRow } from '../database/rows.ts';
import { keys } from '../database/tables.ts';
import type { KeyRow } from '../domain/rows.ts';
import { findPage, pageOf, projectPageQuery, type ProjectPageQuery } from '../http/page.ts';
import { Returns, ReturnsNothing } from '../http/returns.ts';
import { findWorkingTexts } from './former-key-texts.ts';
import { findLastUses } from './key-use.ts';
import {
  type CreateKey,
  createKeyBody,
  keyView,
  newKeyView,
  type PatchKey,
  patchKeyBody,
  type RotateKey,
  rotateKeyBody,
  showKey,
} from './key.schema.ts';
import {
  createKey,
  deleteKey,
  enableKey,
  type NewKey,
  patchKey,
  revokeKey,
  rotateKey,
} from './key-writes.ts';

@ApiTags('keys')
@Controller('api/v1/keys')
export class KeysController {
  constructor(
    private readonly dataSource: DataSource,
    private readonly changes: ConfigChanges,
    private readonly tokens: AdminTokens,
    @Inject(BUS) private readonly bus: Bus,
  ) {}

  @Get()
  @Returns(200, pageOf(keyView))
  async list(@Query({ schema: projectPageQuery }) query: ProjectPageQuery) {
    const where = given({ projectId: query.projectId });
    const page = await findPage(this.dataSource.manager, keys, where, query);
    return { data: await this.show(page.data), nextCursor: page.nextCursor };
  }

  @Get(':keyId')
  @Returns(200, keyView)
  async get(@Param('keyId') id: string) {
    return this.showOne(await requireRow(this.dataSource.manager, keys, 'key', id));
  }

  @Post()
  @Returns(201, newKeyView)
  async create(@Body({ schema: createKeyBody }) body: CreateKey) {
    const createdBy = this.tokens.actor();
    return this.showNew(await this.changes.run((change) => createKey(change, body, { createdBy })));
  }

  @Patch(':keyId')
  @Returns(200, keyView)
  async patch(@Param('keyId') id: string, @Body({ schema: patchKeyBody }) body: PatchKey) {
    return this.showOne(await this.changes.run((change) => patchKey(change, id, body)));
  }

  @Post(':keyId/rotate')
  @Returns(200, newKeyView)
  async rotate(@Param('keyId') id: string, @Body({ schema: rotateKeyBody }) body: RotateKey) {
    return this.showNew(await this.changes.run((change) => rotateKey(change, id, body)));
  }

  @Post(':keyId/disable')
  @Returns(200, keyView)
  async disable(@Param('keyId') id: string) {
    const disabled = { enabled: false };
    return this.showOne(await this.changes.run((change) => patchKey(change, id, disabled)));
  }

  @Post(':keyId/enable')
  @Returns(200, keyView)
  async enable(@Param('keyId') id: string) {
    return this.showOne(await this.changes.run((change) => enableKey(change, id)));
  }

  @Post(':keyId/revoke')
  @Returns(200, keyView)
  async revoke(@Param('keyId') id: string) {
    return this.showOne(await this.changes.run((change) => revokeKey(change, id)));
  }

  @Delete(':keyId')
  @ReturnsNothing()
  async delete(@Param('keyId') id: string): Promise<void> {
    await this.changes.run((change) => deleteKey(change, id));
  }

  private async show(rows: readonly KeyRow[]) {
    const now = new Date();
    const ids = rows.map(({ id }) => id);
    const [formerTexts, lastUses] = await Promise.all([
      findWorkingTexts(this.dataSource.manager, ids, now),
      findLastUses(this.bus, ids),
    ]);
    return rows.map((row) => showKey(row, { now, formerTexts, lastUses }));
  }

  private async showOne(row: KeyRow) {
    const [shown] = await this.show([row]);
    if (!shown) throw new Error('a key was not shown');
    return shown;
  }

  private async showNew({ row, text }: NewKey) {
    return { ...(await this.showOne(row)), key: text };
  }
}
