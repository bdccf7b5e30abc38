export { type Environment, loadSettings, SettingsError } from './load-settings.ts';
export { flag, keyOf32Bytes, keysOf32Bytes, logLevel, port, urlOf, wholeNumber } from './fields.ts';
export { type ServiceSettings, serviceSettings } from './service-settings.ts';
