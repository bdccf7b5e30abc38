import { makePlan, type PlanAnswer, type PlanRequest } from '@tollgate/contracts';
import type { Bus } from '@tollgate/messaging';
import type { EntityManager } from 'typeorm';
import { loadCredits } from '../config-publishing/load-surroundings.ts';
import { newId } from '../database/new-id.ts';
import { requireRow } from '../database/rows.ts';
import { projects, routes } from '../database/tables.ts';
import { conflict, unavailable } from '../http/problem.ts';
import type { SimulateRoute } from './route.schema.ts';

/** A small chat. */
const DEFAULT_INPUT_TOKENS = 1_000;

/** Asks routing what it would do now with such a request, by the published version. Nothing is called, nothing charged. */
export async function simulateRoute(
  manager: EntityManager,
  bus: Bus,
  id: string,
  body: NonNullable<SimulateRoute>,
): Promise<PlanAnswer> {
  const route = await requireRow(manager, routes, 'route', id);
  if (route.publishedVersion === null) throw conflict('The route is not published yet.');
  const project = await requireRow(manager, projects, 'project', route.projectId);
  const credits = await loadCredits(manager, [project.organizationId]);
  const question: PlanRequest = {
    requestId: newId('request'),
    organizationId: project.organizationId,
    projectId: project.id,
    keyId: newId('key'),
    routeId: route.id,
    strategy: body.strategy ?? null,
    modelAllowlist: body.modelAllowlist ?? null,
    needsPrice: body.needsPrice ?? false,
    needsPlatformPrice: credits.has(project.organizationId),
    profileClass: {
      operation: 'chat',
      modelAsked: body.model ?? null,
      capabilities: body.capabilities ?? ['text'],
      profile: body.profile ?? null,
      inputTokensBelow: (body.inputTokens ?? DEFAULT_INPUT_TOKENS) + 1,
      outputCap: body.maxOutputTokens ?? null,
    },
  };
  const answer = await bus.request(makePlan, question, { requestId: question.requestId });
  if (!answer.ok) throw unavailable('Routing does not answer right now. Try again soon.');
  return answer.value;
}
