export { type ProbedProcess, serveProbes } from './serve-probes.ts';
export {
  bootService,
  type BootOptions,
  type BootSettings,
  type CommandOptions,
  runCommand,
  type ServiceParts,
} from './boot-service.ts';
