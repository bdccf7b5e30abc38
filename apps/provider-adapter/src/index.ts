export {
  type ProviderAdapterSettings,
  providerAdapterSettings,
} from './provider-adapter.config.ts';
export { ProviderAdapterModule } from './provider-adapter.module.ts';
export { type ProviderAdapterStart, startProviderAdapter } from './start-provider-adapter.ts';
