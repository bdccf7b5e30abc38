import { Body, Controller, Delete, Get, Inject, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { KeyRing } from '@tollgate/secrets';
import { DataSource } from 'typeorm';
import { ConfigChanges } from '../config-publishing/config-changes.ts';
import { given, requireRow } from '../database/rows.ts';
import {
  findPage,
  mapPage,
  pageOf,
  projectPageQuery,
  type ProjectPageQuery,
} from '../http/page.ts';
import { Returns, ReturnsNothing } from '../http/returns.ts';
import { KEY_RING } from '../secrets/secrets.controller.ts';
import {
  type CreateWebhook,
  createWebhookBody,
  type DeliveriesQuery,
  deliveriesQuery,
  deliveryView,
  newWebhookView,
  type Redeliver,
  redeliverBody,
  redeliveredView,
  type PatchWebhook,
  patchWebhookBody,
  type RotateWebhook,
  rotateWebhookBody,
  showDelivery,
  showWebhook,
  webhookView,
} from './webhook.schema.ts';
import { WebhookSender } from './webhook-sender.ts';
import { type WebhookRow, webhookDeliveries, webhooks } from './webhook-tables.ts';
import {
  addTestDelivery,
  createWebhook,
  deleteWebhook,
  type NewWebhook,
  patchWebhook,
  redeliver,
  redeliverFailed,
  requireDelivery,
  rotateWebhook,
} from './webhook-writes.ts';

@ApiTags('webhooks')
@Controller('api/v1/webhooks')
export class WebhooksController {
  constructor(
    private readonly dataSource: DataSource,
    private readonly changes: ConfigChanges,
    private readonly sender: WebhookSender,
    @Inject(KEY_RING) private readonly ring: KeyRing,
  ) {}

  @Get()
  @Returns(200, pageOf(webhookView))
  async list(@Query({ schema: projectPageQuery }) query: ProjectPageQuery) {
    const where = given({ projectId: query.projectId });
    return mapPage(await findPage(this.dataSource.manager, webhooks, where, query), show);
  }

  @Get(':webhookId')
  @Returns(200, webhookView)
  async get(@Param('webhookId') id: string) {
    return show(await requireRow(this.dataSource.manager, webhooks, 'webhook', id));
  }

  @Post()
  @Returns(201, newWebhookView)
  async create(@Body({ schema: createWebhookBody }) body: CreateWebhook) {
    return showNew(await this.changes.run((change) => createWebhook(change, this.ring, body)));
  }

  @Patch(':webhookId')
  @Returns(200, webhookView)
  async patch(
    @Param('webhookId') id: string,
    @Body({ schema: patchWebhookBody }) body: PatchWebhook,
  ) {
    return show(await this.changes.run((change) => patchWebhook(change, id, body)));
  }

  @Post(':webhookId/rotate')
  @Returns(200, newWebhookView)
  async rotate(
    @Param('webhookId') id: string,
    @Body({ schema: rotateWebhookBody }) body: RotateWebhook,
  ) {
    return showNew(await this.changes.run((change) => rotateWebhook(change, this.ring, id, body)));
  }

  @Delete(':webhookId')
  @ReturnsNothing()
  async delete(@Param('webhookId') id: string): Promise<void> {
    await this.changes.run((change) => deleteWebhook(change, id));
  }

  /** Sends a test message at once, and answers with what came of it. */
  @Post(':webhookId/test')
  @Returns(200, deliveryView)
  async test(@Param('webhookId') id: string) {
    const { manager } = this.dataSource;
    const deliveryId = await this.dataSource.transaction((inner) => addTestDelivery(inner, id));
    await this.sender.sendNow(deliveryId);
    return showDelivery(await requireDelivery(manager, id, deliveryId));
  }

  /** The newest first. */
  @Get(':webhookId/deliveries')
  @Returns(200, pageOf(deliveryView))
  async deliveries(
    @Param('webhookId') id: string,
    @Query({ schema: deliveriesQuery }) query: DeliveriesQuery,
  ) {
    const { manager } = this.dataSource;
    await requireRow(manager, webhooks, 'webhook', id);
    const where = given({ webhookId: id, status: query.status });
    const page = await findPage(manager, webhookDeliveries, where, query, 'DESC');
    return mapPage(page, showDelivery);
  }

  @Get(':webhookId/deliveries/:deliveryId')
  @Returns(200, deliveryView)
  async delivery(@Param('webhookId') id: string, @Param('deliveryId') deliveryId: string) {
    return showDelivery(await requireDelivery(this.dataSource.manager, id, deliveryId));
  }

  /** For an endpoint that was away for longer than messages are repeated, or was disabled meanwhile. */
  @Post(':webhookId/redeliver')
  @Returns(200, redeliveredView)
  async redeliverFailed(
    @Param('webhookId') id: string,
    @Body({ schema: redeliverBody }) { since }: Redeliver,
  ) {
    const count = await redeliverFailed(this.dataSource.manager, id, new Date(since));
    this.sender.wake();
    return { count };
  }

  @Post(':webhookId/deliveries/:deliveryId/redeliver')
  @Returns(200, deliveryView)
  async redeliver(@Param('webhookId') id: string, @Param('deliveryId') deliveryId: string) {
    const row = await redeliver(this.dataSource.manager, id, deliveryId);
    this.sender.wake();
    return showDelivery(row);
  }
}

const show = (row: WebhookRow) => showWebhook(row, new Date());

const showNew = ({ row, secret }: NewWebhook) => ({ ...show(row), secret });
