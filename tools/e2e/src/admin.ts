import type { DevFacts } from '@tollgate/launch';

/** What the control plane answers with. */
export type Resource = Readonly<Record<string, unknown>> & { readonly id: string };

export interface TargetInput {
  readonly aiProviderId: string;
  readonly model: string;
  readonly priority?: number;
  readonly weight?: number;
}

/** An operator: speaks to the control plane over HTTP. */
export class Admin {
  private readonly facts: () => DevFacts;

  constructor(facts: () => DevFacts) {
    this.facts = facts;
  }

  async call<T = Resource>(method: string, path: string, body?: unknown): Promise<T> {
    const { controlPlaneUrl, adminToken } = this.facts();
    const response = await fetch(`${controlPlaneUrl}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${adminToken}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return (text ? JSON.parse(text) : {}) as T;
  }

  async createProject(name: string): Promise<Resource> {
    const organization = await this.call('POST', '/api/v1/organizations', { name: `${name}-org` });
    return this.call('POST', '/api/v1/projects', { name, organizationId: organization.id });
  }

  /** A connection with a secret of its own. */
  async connect(
    projectId: string,
    name: string,
    fields: Readonly<Record<string, unknown>>,
    value = `sk-upstream-${name}-0123456789`,
  ): Promise<Resource> {
    const secret = await this.call('POST', '/api/v1/secrets', {
      projectId,
      name: `${name}-secret`,
      value,
    });
    return this.call('POST', '/api/v1/ai-providers', {
      projectId,
      secretId: secret.id,
      name,
      provider: 'openai',
      defaultModel: 'gpt-4o-mini',
      baseUrl: `${this.facts().simulatorUrl}/v1`,
      ...fields,
    });
  }

  /** A published route. */
  async publishRoute(
    projectId: string,
    name: string,
    targets: readonly TargetInput[],
    fields: Readonly<Record<string, unknown>> = {},
  ): Promise<Resource> {
    const route = await this.call('POST', '/api/v1/routes', {
      projectId,
      name,
      strategy: 'priority',
      targets: targets.map((target) => ({ priority: 0, weight: 1, ...target })),
      ...fields,
    });
    await this.call('POST', `/api/v1/routes/${route.id}/publish`, {});
    return route;
  }

  /** A virtual key; its text is in `key`. */
  createKey(projectId: string, routeId: string, fields: Readonly<Record<string, unknown>> = {}) {
    return this.call<Resource & { readonly key: string }>('POST', '/api/v1/keys', {
      projectId,
      routeId,
      name: `key ${Math.random().toString(36).slice(2, 8)}`,
      ...fields,
    });
  }

  /** Project, connection to the simulator, published route and key in one go. */
  async setUp(
    name: string,
    keyFields: Readonly<Record<string, unknown>> = {},
    model = 'gpt-4o-mini',
  ) {
    const project = await this.createProject(name);
    const price = { inputPerMTok: '1.5', outputPerMTok: '6' };
    const connection = await this.connect(project.id, 'simulator', {
      models: [{ name: model, price }],
    });
    const route = await this.publishRoute(project.id, 'main', [
      { aiProviderId: connection.id, model },
      { aiProviderId: connection.id, model: '*', priority: 1 },
    ]);
    const key = await this.createKey(project.id, route.id, keyFields);
    return { project, connection, route, key };
  }
}
