import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import {
  configKeys,
  failure,
  type IdFactory,
  type KeyPolicy,
  type ProjectModels,
  projectModels,
} from '@tollgate/contracts';
import { anthropicMessages, type Dialect, geminiGenerate, openaiChat } from '@tollgate/dialects';
import type { ConfigReader } from '@tollgate/messaging';
import type { Authenticator } from '../../application/authenticator.ts';
import { findModel, type ListedModel, listModels } from '../../domain/keys/list-models.ts';
import { readRequestHead } from '../../domain/request/request-head.ts';
import {
  type ModelShape,
  ANTHROPIC_MODELS,
  GOOGLE_MODELS,
  OPENAI_MODELS,
} from '../../domain/keys/model-shapes.ts';
import { keysInUrl } from './google-url.ts';
import { type AnswerServices, HttpAnswer } from './http-answer.ts';
import type { RouteMetrics } from './metrics.ts';

export interface ModelsPorts {
  readonly authenticator: Authenticator;
  readonly config: Pick<ConfigReader, 'read'>;
  readonly answers: AnswerServices;
  readonly newId: IdFactory;
  readonly tick: () => number;
}

/** What is asked for below a path of models. */
export interface AskedModels {
  /** The path is Google's. */
  readonly isGoogle: boolean;
  /** The model asked for; null lists all. */
  readonly name: string | null;
}

interface Family {
  readonly dialect: Dialect;
  readonly shape: ModelShape;
}

const OPENAI: Family = { dialect: openaiChat, shape: OPENAI_MODELS };
const ANTHROPIC: Family = { dialect: anthropicMessages, shape: ANTHROPIC_MODELS };
const GOOGLE: Family = { dialect: geminiGenerate, shape: GOOGLE_MODELS };

/** Lists models, or shows one, as the client's vendor does. */
export class ModelsEndpoint {
  constructor(
    private readonly ports: ModelsPorts,
    private readonly metrics: RouteMetrics,
  ) {}

  handle(request: IncomingMessage, response: ServerResponse, asked: AskedModels): void {
    const { ports, metrics } = this;
    const startedTick = ports.tick();
    const family = asked.isGoogle ? GOOGLE : familyOf(request.headers);
    const keys = family === GOOGLE ? keysInUrl(request.url ?? '') : [];
    const head = readRequestHead(request.rawHeaders, keys);
    const requestId = ports.newId('request');
    const shownId = head.clientRequestId ?? requestId;
    const answer = new HttpAnswer(
      response,
      family.dialect,
      requestId,
      shownId,
      ports.answers,
      (status) => metrics.observe(status, (ports.tick() - startedTick) / 1_000),
    );
    ports.authenticator.authenticate(head, request.socket, {
      onRefused: (reason) => answer.refuse(reason, []),
      onKnown: (policy) => {
        ports.config.read(configKeys.projectModels(policy.projectId), projectModels).then(
          (project) => show(answer, family.shape, policy, project, asked.name),
          () => answer.refuse(failure('bus.disconnected'), []),
        );
      },
    });
  }
}

/** OpenAI's path is that of Anthropic's and Google's clients too: they say who they are. */
function familyOf(headers: IncomingHttpHeaders): Family {
  if (headers['x-goog-api-key'] !== undefined) return GOOGLE;
  return headers['anthropic-version'] === undefined ? OPENAI : ANTHROPIC;
}

function show(
  answer: HttpAnswer,
  shape: ModelShape,
  policy: KeyPolicy,
  project: ProjectModels | null,
  name: string | null,
): void {
  if (name === null) return answer.sendJson(200, shape.list(listModels(policy, project)));
  const model: ListedModel | null = findModel(policy, project, name);
  if (model !== null) return answer.sendJson(200, shape.one(model));
  const message = 'There is no such model for this key.';
  answer.refuse(failure('provider.unknown_model', { message, param: 'model' }), []);
}
