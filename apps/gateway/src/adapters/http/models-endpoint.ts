import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  configKeys,
  failure,
  type IdFactory,
  type KeyPolicy,
  type ProjectModels,
  projectModels,
} from '@tollgate/contracts';
import { openaiChat } from '@tollgate/dialects';
import type { ConfigReader } from '@tollgate/messaging';
import type { Authenticator } from '../../application/authenticator.ts';
import { findModel, listModels } from '../../domain/list-models.ts';
import { readRequestHead } from '../../domain/request-head.ts';
import { type AnswerServices, HttpAnswer } from './http-answer.ts';
import type { RouteMetrics } from './metrics.ts';

export interface ModelsPorts {
  readonly authenticator: Authenticator;
  readonly config: Pick<ConfigReader, 'read'>;
  readonly answers: AnswerServices;
  readonly newId: IdFactory;
  readonly tick: () => number;
}

/** `GET /v1/models` and `GET /v1/models/{id}`, as OpenAI answers them. */
export class ModelsEndpoint {
  constructor(
    private readonly ports: ModelsPorts,
    private readonly metrics: RouteMetrics,
  ) {}

  /** @param name the model asked for; null lists all */
  handle(request: IncomingMessage, response: ServerResponse, name: string | null): void {
    const { ports, metrics } = this;
    const startedTick = ports.tick();
    const head = readRequestHead(request.rawHeaders);
    const requestId = ports.newId('request');
    const shownId = head.clientRequestId ?? requestId;
    const answer = new HttpAnswer(
      response,
      openaiChat,
      requestId,
      shownId,
      ports.answers,
      (status) => metrics.observe(status, (ports.tick() - startedTick) / 1_000),
    );
    ports.authenticator.authenticate(head, {
      onRefused: (reason) => answer.refuse(reason, []),
      onKnown: (policy) => {
        ports.config.read(configKeys.projectModels(policy.projectId), projectModels).then(
          (project) => this.show(answer, policy, project, name),
          () => answer.refuse(failure('bus.disconnected'), []),
        );
      },
    });
  }

  private show(
    answer: HttpAnswer,
    policy: KeyPolicy,
    project: ProjectModels | null,
    name: string | null,
  ): void {
    if (name === null) {
      return answer.sendJson(200, { object: 'list', data: listModels(policy, project) });
    }
    const model = findModel(policy, project, name);
    if (model !== null) return answer.sendJson(200, model);
    const message = 'There is no such model for this key.';
    answer.refuse(failure('provider.unknown_model', { message, param: 'model' }), []);
  }
}
