import type { DevFacts } from '@tollgate/launch';
import { BENCH_MODEL } from './measure.ts';

type Fields = Readonly<Record<string, unknown>>;

/** What the control plane answers, as far as it matters here. */
interface Resource {
  readonly id: string;
  readonly key?: string;
}

/**
 * A virtual key whose route leads to the simulated provider over Anthropic's wire, so that every request in OpenAI's dialect is
 * translated. Otherwise it is as the key that a default installation prints.
 */
export function anthropicKey(facts: DevFacts): Promise<string> {
  const connection = { provider: 'anthropic', baseUrl: facts.simulatorUrl };
  return keyOn(facts, 'translated', connection, {});
}

/** A virtual key that says more than the one that a default installation prints; the model it reaches has a price. */
export function keyWith(facts: DevFacts, name: string, fields: Fields): Promise<string> {
  const price = { inputPerMTok: '1', outputPerMTok: '4' };
  const models = [{ name: BENCH_MODEL, price }];
  const connection = { provider: 'openai', baseUrl: `${facts.simulatorUrl}/v1`, models };
  return keyOn(facts, name, connection, fields);
}

/** A key in an organization and project of its own, with one route to one connection. */
async function keyOn(
  facts: DevFacts,
  name: string,
  connectionFields: Fields,
  fields: Fields,
): Promise<string> {
  const organization = await post(facts, 'organizations', { name });
  const organizationId = organization.id;
  const project = await post(facts, 'projects', { name, organizationId });
  const projectId = project.id;
  const value = 'sk-simulated';
  const secret = await post(facts, 'secrets', { projectId, name: 'simulated', value });
  const connection = await post(facts, 'ai-providers', {
    projectId,
    secretId: secret.id,
    name: 'simulated',
    ...connectionFields,
  });
  const targets = [{ aiProviderId: connection.id, model: '*', priority: 0, weight: 1 }];
  const routeFields = { projectId, name: 'main', strategy: 'priority', targets };
  const route = await post(facts, 'routes', routeFields);
  await post(facts, `routes/${route.id}/publish`, {});
  const { key } = await post(facts, 'keys', { projectId, routeId: route.id, name, ...fields });
  if (!key) throw new Error('the control plane answered with no key');
  return key;
}

async function post(facts: DevFacts, resource: string, body: Fields): Promise<Resource> {
  const response = await fetch(`${facts.controlPlaneUrl}/api/v1/${resource}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${facts.adminToken}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${resource}: ${response.status} ${await response.text()}`);
  return (await response.json()) as Resource;
}
