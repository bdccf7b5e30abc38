import { bootService } from '@tollgate/boot';
import { loadSettings } from '@tollgate/env';
import { providerAdapterSettings } from './provider-adapter.config.ts';
import { startProviderAdapter } from './start-provider-adapter.ts';

await bootService({
  service: 'provider-adapter',
  settings: loadSettings(providerAdapterSettings, process.env),
  start: startProviderAdapter,
});
