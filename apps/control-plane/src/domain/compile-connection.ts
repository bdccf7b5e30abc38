import type { CompiledConnection } from '@tollgate/contracts';
import { resolveBaseUrl } from './base-url.ts';
import type { AiProviderRow, ProjectRow, SecretRow } from './rows.ts';

/** A connection as the adapter needs it, with its credential still sealed. */
export function compileConnection(sources: {
  readonly connection: AiProviderRow;
  readonly project: ProjectRow;
  readonly secret: SecretRow | null;
}): CompiledConnection {
  const { connection, project, secret } = sources;
  return {
    aiProviderId: connection.id,
    projectId: project.id,
    organizationId: project.organizationId,
    name: connection.name,
    provider: connection.provider,
    baseUrl: resolveBaseUrl(connection) ?? '',
    config: { ...connection.config },
    access: connection.access,
    enabled: connection.enabled,
    credential: secret?.sealed ?? null,
  };
}
