export { createKeyRing, type KeyEncryptionKey, type KeyRing } from './key-ring.ts';
export { type OpenFailure, open, type SecretBinding, seal } from './envelope.ts';
export {
  ADMIN_TOKEN_PREFIX,
  hashKey,
  KEY_PREFIX,
  makeAdminTokenText,
  makeKeyText,
  type RandomSource,
} from './virtual-key.ts';
