/**
 * What a change may have made untrue in the config bucket: a KV key (`key.…`, `route.…`, `connection.…`, `models.…`), or
 * the keys of a project, of an organization, or of everyone. Compiled anew when published, so that naming too much costs
 * work and never truth.
 */
export type Touched =
  | `key.${string}`
  | `route.${string}`
  | `connection.${string}`
  | `models.${string}`
  | `keys-of-project.${string}`
  | `keys-of-organization.${string}`
  | 'keys-of-everyone';

export const touch = {
  key: (keyHash: string): Touched => `key.${keyHash}`,
  route: (routeId: string): Touched => `route.${routeId}`,
  connection: (aiProviderId: string): Touched => `connection.${aiProviderId}`,
  models: (projectId: string): Touched => `models.${projectId}`,
  keysOfProject: (projectId: string): Touched => `keys-of-project.${projectId}`,
  keysOfOrganization: (organizationId: string): Touched => `keys-of-organization.${organizationId}`,
  keysOfEveryone: 'keys-of-everyone',
} as const;
