import { flag, keyOf32Bytes, keysOf32Bytes, serviceSettings, wholeNumber } from '@tollgate/env';
import { z } from 'zod';

/** The provider-adapter's settings, by the environment variables that hold them. */
export const providerAdapterSettings = z.object({
  ...serviceSettings,
  /** Opens the credentials of connections; the same as the control plane's. */
  TOLLGATE_KEY_ENCRYPTION_KEY: keyOf32Bytes,
  /** Former key-encryption keys, for what the control plane has not sealed anew yet; separated by commas. */
  TOLLGATE_FORMER_KEY_ENCRYPTION_KEYS: keysOf32Bytes.default([]),
  /** Providers may listen on this machine or in a private network. */
  TOLLGATE_ALLOW_PRIVATE_UPSTREAMS: flag.default(false),
  /**
   * Files that callers name by URL may be fetched from this machine or a private network. Not implied by the setting above:
   * those who call are not those who operate.
   */
  TOLLGATE_ALLOW_PRIVATE_MEDIA: flag.default(false),
  /**
   * Connections without a credential may act as this machine: the role of its instance or container, a token in a file, the
   * identity that its cloud gives it.
   */
  TOLLGATE_ALLOW_MACHINE_CREDENTIALS: flag.default(false),
  /** Who this machine is to Microsoft Entra, as Kubernetes and App Service on Azure say it. */
  AZURE_TENANT_ID: z.string().optional(),
  AZURE_CLIENT_ID: z.string().optional(),
  AZURE_FEDERATED_TOKEN_FILE: z.string().optional(),
  IDENTITY_ENDPOINT: z.string().optional(),
  IDENTITY_HEADER: z.string().optional(),
  /** How long open calls may go on after a signal to stop, milliseconds. */
  TOLLGATE_DRAIN_MS: wholeNumber(0, 600_000).default(30_000),
  /** More open calls than these are refused. */
  TOLLGATE_MAX_OPEN_CALLS: wholeNumber(1, 1_000_000).default(10_000),
});
export type ProviderAdapterSettings = z.infer<typeof providerAdapterSettings>;
