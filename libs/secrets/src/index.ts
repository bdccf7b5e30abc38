export { createKeyRing, type KeyEncryptionKey, type KeyRing } from './key-ring.ts';
export {
  type OpenFailure,
  open,
  openBytes,
  type SecretBinding,
  seal,
  sealBytes,
} from './envelope.ts';
export {
  ADMIN_TOKEN_PREFIX,
  hashKey,
  KEY_PREFIX,
  makeAdminTokenText,
  makeKeyText,
  type RandomSource,
} from './virtual-key.ts';
