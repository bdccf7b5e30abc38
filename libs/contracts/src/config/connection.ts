import { z } from 'zod';
import { access, providerSlug } from '../vocabulary.ts';

/**
 * A credential under envelope encryption: a data key of its own (AES-256-GCM), itself encrypted by the key-encryption key.
 * Bound to organization and secret id, so that it opens nowhere else. All binary fields are base64.
 */
export const sealedSecret = z.object({
  v: z.literal(1),
  /** Names the key-encryption key. */
  kek: z.string(),
  organizationId: z.string(),
  secretId: z.string(),
  wrappedKey: z.string(),
  ciphertext: z.string(),
});
export type SealedSecret = z.infer<typeof sealedSecret>;

/** An AI provider as the provider-adapter needs it. */
export const compiledConnection = z.object({
  aiProviderId: z.string(),
  projectId: z.string(),
  organizationId: z.string(),
  name: z.string(),
  provider: providerSlug,
  /** Resolved: the vendor's own where the operator gave none. */
  baseUrl: z.string(),
  config: z.record(z.string(), z.unknown()),
  access,
  enabled: z.boolean(),
  credential: sealedSecret.nullable(),
});
export type CompiledConnection = z.infer<typeof compiledConnection>;
