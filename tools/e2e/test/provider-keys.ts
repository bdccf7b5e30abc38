import type { Scene } from './in-both-modes.ts';

/** Connections to the simulated provider, each over another wire. */
export const PROVIDERS = {
  'openai, chat': { provider: 'openai', basePath: '/v1' },
  'openai, responses': { provider: 'openai', basePath: '/v1', config: { api: 'responses' } },
  openrouter: { provider: 'openrouter', basePath: '/v1' },
  anthropic: { provider: 'anthropic', basePath: '' },
  google: { provider: 'google', basePath: '' },
  bedrock: { provider: 'bedrock', basePath: '', config: { region: 'eu-central-1' } },
} as const;

export type ProviderFields = (typeof PROVIDERS)[keyof typeof PROVIDERS];

export interface ProviderKey {
  readonly id: string;
  readonly organizationId: string;
  readonly text: string;
}

/** A key whose route sends every model to the simulated provider over that wire. */
export async function providerKey(
  { admin, system }: Scene,
  name: string,
  fields: ProviderFields,
  routeFields: Readonly<Record<string, unknown>> = {},
): Promise<ProviderKey> {
  const { basePath, ...rest } = fields;
  const project = await admin.createProject(`${name}-${system.mode}`.replace(/\W+/g, '-'));
  const connection = await admin.connect(
    project.id,
    'simulated',
    { ...rest, baseUrl: `${system.facts().simulatorUrl}${basePath}` },
    fields.provider === 'bedrock'
      ? JSON.stringify({ accessKeyId: 'AKIASIMULATED', secretAccessKey: 'simulated-secret' })
      : undefined,
  );
  const targets = [{ aiProviderId: connection.id, model: '*' }];
  const route = await admin.publishRoute(project.id, 'main', targets, routeFields);
  const { id, key } = await admin.createKey(project.id, route.id);
  return { id, organizationId: String(project.organizationId), text: key };
}
