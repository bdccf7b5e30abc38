export { type AppName, bundleApps, type Service } from './start/bundles.ts';
export { type DevFacts } from './start/dev-file.ts';
export { type Installation, startInstallation } from './start/installation.ts';
export { type Mode, readOptions, type StartOptions } from './start/options.ts';
export { loadLocalSecrets } from './start/local-secrets.ts';
export { appProgram, simulatorProgram } from './start/programs.ts';
export { type Program, Supervisor } from './start/supervisor.ts';
