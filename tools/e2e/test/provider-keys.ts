import type { Scene } from './in-both-modes.ts';

export interface ProviderFields {
  readonly provider: string;
  readonly basePath: string;
  readonly config?: Readonly<Record<string, unknown>>;
  /** Where the wire goes by the model's name. */
  readonly modelPrefix?: string;
}

const VERTEX = {
  provider: 'google',
  basePath: '',
  config: { vertex: { project: 'simulated', location: 'global' } },
} as const;

/** Connections to the simulated provider, each over another wire. */
export const PROVIDERS: Readonly<Record<string, ProviderFields>> = {
  'openai, chat': { provider: 'openai', basePath: '/v1' },
  'openai, responses': { provider: 'openai', basePath: '/v1', config: { api: 'responses' } },
  openrouter: { provider: 'openrouter', basePath: '/v1' },
  anthropic: { provider: 'anthropic', basePath: '' },
  google: { provider: 'google', basePath: '' },
  bedrock: { provider: 'bedrock', basePath: '', config: { region: 'eu-central-1' } },
  'bedrock, Claude': {
    provider: 'bedrock',
    basePath: '',
    config: { region: 'eu-central-1' },
    modelPrefix: 'anthropic.claude-',
  },
  'vertex, Claude': { ...VERTEX, modelPrefix: 'claude-' },
  'vertex, Mistral': { ...VERTEX, modelPrefix: 'mistral-' },
  'vertex, open models': { ...VERTEX, modelPrefix: 'meta/' },
  'azure, Claude': { provider: 'azure', basePath: '/anthropic', modelPrefix: 'claude-' },
};

/** What a model is called there, so that it is spoken to on the wire of its maker. */
export function modelAt({ modelPrefix = '' }: ProviderFields, name: string): string {
  return modelPrefix + name;
}

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
  const { provider, basePath, config } = fields;
  const project = await admin.createProject(`${name}-${system.mode}`.replace(/\W+/g, '-'));
  const connection = await admin.connect(
    project.id,
    'simulated',
    {
      provider,
      ...(config ? { config } : {}),
      baseUrl: `${system.facts().simulatorUrl}${basePath}`,
    },
    fields.provider === 'bedrock'
      ? JSON.stringify({ accessKeyId: 'AKIASIMULATED', secretAccessKey: 'simulated-secret' })
      : undefined,
  );
  const targets = [{ aiProviderId: connection.id, model: '*' }];
  const route = await admin.publishRoute(project.id, 'main', targets, routeFields);
  const { id, key } = await admin.createKey(project.id, route.id);
  return { id, organizationId: String(project.organizationId), text: key };
}
