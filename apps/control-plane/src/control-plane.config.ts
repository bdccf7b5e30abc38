import path from 'node:path';
import {
  flag,
  keyOf32Bytes,
  keysOf32Bytes,
  port,
  serviceSettings,
  urlOf,
  wholeNumber,
} from '@tollgate/env';
import { z } from 'zod';

const cap = wholeNumber(0, 1_000_000_000);

/** The control plane's settings, by the names of their environment variables. */
export const controlPlaneSettings = z.object({
  ...serviceSettings,
  POSTGRES_URL: urlOf('postgres', 'postgresql'),
  TOLLGATE_CONTROL_PLANE_PORT: port.default(4001),
  /** Seals provider credentials. */
  TOLLGATE_KEY_ENCRYPTION_KEY: keyOf32Bytes,
  /** Former key-encryption keys that still open what they sealed, separated by commas. */
  TOLLGATE_FORMER_KEY_ENCRYPTION_KEYS: keysOf32Bytes.default([]),
  /** Connections may name this machine or a private network as their base URL; the same as the provider-adapter's. */
  TOLLGATE_ALLOW_PRIVATE_UPSTREAMS: flag.default(false),
  /**
   * What a new organization may ask of the operator's connections before it buys credits: requests in all, for chat (and
   * what is neither of the others), images and embeddings.
   */
  TOLLGATE_MANAGED_CHAT_CAP: cap.default(50),
  TOLLGATE_MANAGED_IMAGES_CAP: cap.default(10),
  TOLLGATE_MANAGED_EMBEDDINGS_CAP: cap.default(50),
  /** A model that was told to be unhealthy must work again for so long, milliseconds, before that is told. */
  TOLLGATE_RECOVERED_AFTER_MS: wholeNumber(0, 3_600_000).default(60_000),
  /** Where exchange rates are read from; none by default, and operators set them. */
  TOLLGATE_EXCHANGE_RATES_URL: urlOf('https', 'http').optional(),
  /** Between two readings, milliseconds. */
  TOLLGATE_EXCHANGE_RATES_EVERY_MS: wholeNumber(1_000, 7 * 86_400_000).default(21_600_000),
  /** Without one, a token is made at the first start. */
  TOLLGATE_ADMIN_TOKEN: z.string().min(16, 'must be at least 16 characters').optional(),
  /** `tollgate.yaml`s to apply at start, in order, separated as in PATH. */
  TOLLGATE_CONFIG_FILE: z
    .string()
    .transform((text) => text.split(path.delimiter).filter((file) => file !== ''))
    .default([]),
});
export type ControlPlaneSettings = z.infer<typeof controlPlaneSettings>;
