import { type DynamicModule, Module } from '@nestjs/common';
import { BUS } from '../bus.ts';
import { CONFIG_READER, CONFIG_WRITER } from '../config-store.ts';
import { DURABLE_CONSUMERS, DURABLE_PUBLISHER } from '../durable.ts';
import type { Messaging } from '../messaging.ts';
import { VALUE_STORE } from '../value-store.ts';

/** Gives a Nest application the bus of its process. */
@Module({})
export class MessagingModule {
  static forInstance(messaging: Messaging): DynamicModule {
    const providers = [
      { provide: BUS, useValue: messaging.bus },
      { provide: DURABLE_PUBLISHER, useValue: messaging.publisher },
      { provide: DURABLE_CONSUMERS, useValue: messaging.consumers },
      { provide: CONFIG_READER, useValue: messaging.configReader },
      { provide: CONFIG_WRITER, useValue: messaging.configWriter },
      { provide: VALUE_STORE, useValue: messaging.values },
    ];
    return {
      module: MessagingModule,
      global: true,
      providers,
      exports: providers.map(({ provide }) => provide),
    };
  }
}
