import { bootService } from '@tollgate/boot';
import { loadSettings } from '@tollgate/env';
import { routingSettings } from './routing.config.ts';
import { startRouting } from './start-routing.ts';

await bootService({
  service: 'routing',
  settings: loadSettings(routingSettings, process.env),
  start: startRouting,
});
