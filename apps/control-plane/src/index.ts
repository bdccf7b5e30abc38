export { type ControlPlaneSettings, controlPlaneSettings } from './control-plane.config.ts';
export { ControlPlaneModule, type ControlPlaneParts } from './control-plane.module.ts';
export type { AppliedConfig } from './declarative/apply-config-file.ts';
export {
  ConfigFileError,
  type ControlPlaneOptions,
  type RunningControlPlane,
  startControlPlane,
} from './start-control-plane.ts';
export {
  type ConfigFileProblem,
  type ParsedConfigFile,
  parseConfigFile,
} from './declarative/parse-config-file.ts';
