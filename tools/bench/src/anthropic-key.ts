import type { DevFacts } from '@tollgate/launch';

type Fields = Readonly<Record<string, unknown>>;
interface Resource {
  readonly id: string;
  readonly key?: string;
}

/**
 * A virtual key whose route leads to the simulated provider over Anthropic's wire, so that every request in OpenAI's dialect is
 * translated. Otherwise it is as the key that a default installation prints.
 */
export async function anthropicKey(facts: DevFacts): Promise<string> {
  const post = async (resource: string, body: Fields): Promise<Resource> => {
    const response = await fetch(`${facts.controlPlaneUrl}/api/v1/${resource}`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${facts.adminToken}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${resource}: ${response.status} ${await response.text()}`);
    return (await response.json()) as Resource;
  };
  const organization = await post('organizations', { name: 'translated' });
  const project = await post('projects', { name: 'translated', organizationId: organization.id });
  const projectId = project.id;
  const secret = await post('secrets', { projectId, name: 'simulated', value: 'sk-simulated' });
  const connection = await post('ai-providers', {
    projectId,
    secretId: secret.id,
    name: 'anthropic',
    provider: 'anthropic',
    baseUrl: facts.simulatorUrl,
  });
  const targets = [{ aiProviderId: connection.id, model: '*', priority: 0, weight: 1 }];
  const route = await post('routes', { projectId, name: 'main', strategy: 'priority', targets });
  await post(`routes/${route.id}/publish`, {});
  const key = await post('keys', { projectId, routeId: route.id, name: 'translated' });
  if (!key.key) throw new Error('the control plane answered with no key');
  return key.key;
}
