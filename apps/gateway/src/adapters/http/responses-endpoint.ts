import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  type Failure,
  failure,
  type IdFactory,
  type KeptResponseAnswer,
  readKeptResponse,
} from '@tollgate/contracts';
import { openaiResponses } from '@tollgate/dialects';
import type { Bus } from '@tollgate/messaging';
import type { Authenticator } from '../../application/authenticator.ts';
import { readRequestHead } from '../../domain/request/request-head.ts';
import { type AnswerServices, HttpAnswer } from './http-answer.ts';
import type { RouteMetrics } from './metrics.ts';

export interface ResponsesPorts {
  readonly authenticator: Authenticator;
  readonly bus: Pick<Bus, 'request'>;
  readonly answers: AnswerServices;
  readonly newId: IdFactory;
  readonly tick: () => number;
}

/** What is asked of one response. */
export interface AskedResponse {
  readonly id: string;
  readonly action: 'show' | 'delete';
}

const MOST_ID = 200;

/** Shows a response that is kept for the key's project, or deletes it, as OpenAI does. */
export class ResponsesEndpoint {
  constructor(
    private readonly ports: ResponsesPorts,
    private readonly metrics: RouteMetrics,
  ) {}

  handle(request: IncomingMessage, response: ServerResponse, { id, action }: AskedResponse): void {
    const { ports, metrics } = this;
    const startedTick = ports.tick();
    const head = readRequestHead(request.rawHeaders, []);
    const requestId = ports.newId('request');
    const answer = new HttpAnswer(
      response,
      openaiResponses,
      requestId,
      head.clientRequestId ?? requestId,
      ports.answers,
      (status) => metrics.observe(status, (ports.tick() - startedTick) / 1_000),
    );
    ports.authenticator.authenticate(head, request.socket, {
      onRefused: (reason) => answer.refuse(reason, []),
      onKnown: ({ organizationId, projectId }) => {
        if (id.length > MOST_ID) return answer.refuse(unknown(), []);
        if (asksForStream(request.url ?? '')) return answer.refuse(noStream(), []);
        const question = { organizationId, projectId, responseId: id, action };
        ports.bus
          .request(readKeptResponse, question, { requestId })
          .then((told) =>
            told.ok ? tell(answer, told.value, id) : answer.refuse(told.failure, []),
          );
      },
    });
  }
}

function tell(answer: HttpAnswer, { outcome, response }: KeptResponseAnswer, id: string): void {
  if (outcome === 'unavailable') return answer.refuse(failure('bus.disconnected'), []);
  if (outcome === 'not_found') return answer.refuse(unknown(), []);
  answer.sendJson(200, response ?? { id, object: 'response', deleted: true });
}

function unknown(): Failure {
  const message = 'No such response is kept for this project, or not any more.';
  return failure('request.reference_not_found', { message });
}

function noStream(): Failure {
  const message = 'A response that is kept is shown whole.';
  return failure('request.validation_error', { param: 'stream', message });
}

function asksForStream(url: string): boolean {
  return /[?&]stream=(?:true|1)\b/i.test(url);
}
