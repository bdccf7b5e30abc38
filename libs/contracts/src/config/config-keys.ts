/** Where compiled config stands in the KV bucket. Values are JSON. */
export const CONFIG_BUCKET = 'tollgate_config';

/** Holds the revision number of the whole config, raised with each change. */
export const REVISION_KEY = 'revision';

export const configKeys = {
  /** @param keyHash SHA-256 of the virtual key's text, 64 hex digits. */
  keyPolicy: (keyHash: string): string => `key.${keyHash}`,
  route: (routeId: string): string => `route.${routeId}`,
  connection: (aiProviderId: string): string => `connection.${aiProviderId}`,
  /** Ids of all published routes' connections are reachable from routes; this lists the models of a project for `GET /v1/models`. */
  projectModels: (projectId: string): string => `models.${projectId}`,
} as const;
