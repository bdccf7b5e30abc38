export { type StandaloneSettings, standaloneSettings } from './standalone.config.ts';
export { type Standalone, type StandaloneStart, startStandalone } from './start-standalone.ts';
