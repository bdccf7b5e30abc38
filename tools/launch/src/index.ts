export { type DevFacts } from './start/dev-file.ts';
export { type Installation, startInstallation } from './start/installation.ts';
export { type Mode, readOptions, type StartOptions } from './start/options.ts';
