export { bundleImports } from './image/bundle-imports.ts';
export { stageImage } from './image/stage-image.ts';
export { Document, readYaml } from './document.ts';
export { type Kustomization, readEnvFile, resolveKustomization } from './kustomization.ts';
export { covers, mayPublish, maySubscribe, type NatsUser, readNatsUsers } from './nats-users.ts';
export { deployedServices, isPinned } from './repository.ts';
export {
  requiredSettings,
  SECRET_SETTINGS,
  SERVICE_SETTINGS,
  SERVICES,
  settingNames,
} from './settings.ts';
