import { bootService } from '@tollgate/boot';
import { loadSettings } from '@tollgate/env';
import { controlPlaneSettings } from './control-plane.config.ts';
import { startControlPlane } from './start-control-plane.ts';

await bootService({
  service: 'control-plane',
  settings: loadSettings(controlPlaneSettings, process.env),
  start: (parts) => startControlPlane({ ...parts, environment: process.env }),
});
