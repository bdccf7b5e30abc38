import { bootService } from '@tollgate/boot';
import { loadSettings } from '@tollgate/env';
import { standaloneSettings } from './standalone.config.ts';
import { startStandalone } from './start-standalone.ts';

await bootService({
  service: 'standalone',
  settings: loadSettings(standaloneSettings, process.env),
  start: (parts) => startStandalone({ ...parts, environment: process.env }),
  facts: ({ gatewayUrl, controlPlaneUrl }) => ({ gatewayUrl, controlPlaneUrl }),
});
