import { type DynamicModule, Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { BUS, type Bus } from '@tollgate/messaging';
import type { KeyRing } from '@tollgate/secrets';
import type { Telemetry } from '@tollgate/telemetry';
import { DataSource } from 'typeorm';
import { AiProvidersController } from './ai-providers/ai-providers.controller.ts';
import { AdminGuard } from './auth/admin.guard.ts';
import { AdminTokens } from './auth/admin-tokens.ts';
import { ConfigChanges } from './config-publishing/config-changes.ts';
import { Publisher } from './config-publishing/publisher.ts';
import { ConfigFileController } from './declarative/config-file.controller.ts';
import { CreditsController } from './credits/credits.controller.ts';
import {
  ExchangeRatesController,
  RATE_FEED_URL,
} from './exchange-rates/exchange-rates.controller.ts';
import { HealthController, TELEMETRY } from './http/health.controller.ts';
import { KeysController } from './keys/keys.controller.ts';
import { OrganizationsController } from './organizations/organizations.controller.ts';
import { ProjectsController } from './projects/projects.controller.ts';
import { RoutesController } from './routes/routes.controller.ts';
import { KEY_RING, SecretsController } from './secrets/secrets.controller.ts';
import { UsageController } from './usage/usage.controller.ts';
import { WebhookSender } from './webhooks/webhook-sender.ts';
import { WebhooksController } from './webhooks/webhooks.controller.ts';

/** What the control plane runs on; made before Nest, closed after it. */
export interface ControlPlaneParts {
  readonly dataSource: DataSource;
  readonly changes: ConfigChanges;
  readonly publisher: Publisher;
  readonly tokens: AdminTokens;
  readonly ring: KeyRing;
  readonly bus: Bus;
  readonly telemetry: Telemetry;
  readonly webhooks: WebhookSender;
  /** Where exchange rates are read from. */
  readonly rateFeedUrl: string | undefined;
}

@Module({})
export class ControlPlaneModule {
  static with(parts: ControlPlaneParts): DynamicModule {
    return {
      module: ControlPlaneModule,
      controllers: [
        OrganizationsController,
        CreditsController,
        ProjectsController,
        SecretsController,
        AiProvidersController,
        RoutesController,
        KeysController,
        ExchangeRatesController,
        UsageController,
        WebhooksController,
        ConfigFileController,
        HealthController,
      ],
      providers: [
        { provide: DataSource, useValue: parts.dataSource },
        { provide: ConfigChanges, useValue: parts.changes },
        { provide: Publisher, useValue: parts.publisher },
        { provide: AdminTokens, useValue: parts.tokens },
        { provide: KEY_RING, useValue: parts.ring },
        { provide: BUS, useValue: parts.bus },
        { provide: WebhookSender, useValue: parts.webhooks },
        { provide: RATE_FEED_URL, useValue: parts.rateFeedUrl },
        { provide: TELEMETRY, useValue: parts.telemetry },
        { provide: APP_GUARD, useClass: AdminGuard },
      ],
    };
  }
}
