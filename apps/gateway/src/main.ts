import { bootService } from '@tollgate/boot';
import { loadSettings } from '@tollgate/env';
import { gatewaySettings } from './gateway.config.ts';
import { startGateway } from './start-gateway.ts';

await bootService({
  service: 'gateway',
  settings: loadSettings(gatewaySettings, process.env),
  start: startGateway,
});
