import { type ConnectionTestAnswer, testConnection } from '@tollgate/contracts';
import type { Bus } from '@tollgate/messaging';
import type { EntityManager } from 'typeorm';
import { requireRow } from '../database/rows.ts';
import { aiProviders, projects } from '../database/tables.ts';
import { unavailable } from '../http/problem.ts';

/** Has a provider-adapter try the connection as it is published: the control plane calls no provider itself. */
export async function testAiProvider(
  manager: EntityManager,
  bus: Bus,
  id: string,
): Promise<ConnectionTestAnswer> {
  const connection = await requireRow(manager, aiProviders, 'AI provider', id);
  const project = await requireRow(manager, projects, 'project', connection.projectId);
  const { organizationId } = project;
  const model = connection.defaultModel ?? connection.models[0]?.name;
  const answer = await bus.request(testConnection, {
    organizationId,
    aiProviderId: id,
    ...(model === undefined ? {} : { model }),
  });
  if (!answer.ok) throw unavailable('No provider adapter can test the connection right now.');
  return answer.value;
}
