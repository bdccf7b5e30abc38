import type { Behaviour } from '../behaviours/behaviour.ts';
import type { Call, Simulation } from '../http/call.ts';
import { Exchange } from '../http/exchange.ts';
import { instantSuffix, seedOf, timingOf } from '../timing/timing.ts';
import { parseChatRequest, type ChatRequest } from './chat-request.ts';
import { chunkFormat, unaryBody } from './chat-wire-format.ts';
import { composeAnswer } from './compose-answer.ts';
import { instantUsageOf, InstantTemplates, isPlain } from './instant-template.ts';
import { openRecord, refuseRequest } from './open-record.ts';
import { promptTokensOf } from './prompt-tokens.ts';
import { readRequest } from './read-request.ts';
import { isRefusal, type Refusal } from './refusal.ts';
import { sendInstantStream, sendInstantUnary } from './send-instant.ts';
import { sendStream } from './send-stream.ts';
import { isFailure, replacesAnswer, sendReplacement, sendUnary } from './send-unary.ts';

/**
 * `POST …/chat/completions`.
 * @param deployment the model in the path, as Azure has it
 * @param countsUnasked usage comes at the end of each stream, as at Mistral, which knows no `stream_options`
 */
export type ChatHandler = (
  call: Call,
  deployment: string | null,
  countsUnasked?: boolean,
) => void | Promise<void>;

export function chatHandler(simulation: Simulation): ChatHandler {
  const templates = new InstantTemplates(Math.floor(simulation.now() / 1_000));
  return (call, deployment, countsUnasked = false) => {
    const read = readRequest(call);
    if (read.refusal !== null) {
      return refuse(call, simulation, deployment ?? read.body?.model, read.refusal);
    }
    const parsed = parseChatRequest(read.body, deployment);
    if (isRefusal(parsed)) {
      return refuse(call, simulation, deployment ?? read.body.model, parsed);
    }
    const request = countsUnasked ? { ...parsed, includesUsage: true } : parsed;
    const behaviour = simulation.behaviours.take(request.model);
    const isInstant = behaviour === undefined && request.model.endsWith(instantSuffix);
    if (isInstant && isPlain(request)) answerInstantly(call, simulation, templates, request);
    else return answer(call, simulation, request, behaviour);
  };
}

function refuse(call: Call, simulation: Simulation, model: unknown, refusal: Refusal): void {
  refuseRequest(call, simulation, 'chat', model, refusal);
}

function answerInstantly(
  call: Call,
  simulation: Simulation,
  templates: InstantTemplates,
  request: ChatRequest,
): void {
  const template = templates.of(request.model, request.includesUsage);
  const usage = instantUsageOf(template, request);
  const record = openRecord(call, simulation, {
    operation: 'chat',
    id: `chatcmpl-${simulation.nextId()}`,
    model: request.model,
    stream: request.isStream,
    promptTokens: usage.promptTokens,
    user: request.user ?? null,
  });
  const send = request.isStream ? sendInstantStream : sendInstantUnary;
  send(call.response, record, template, usage, simulation);
}

async function answer(
  call: Call,
  simulation: Simulation,
  request: ChatRequest,
  behaviour: Behaviour | undefined,
): Promise<void> {
  const id = `chatcmpl-${simulation.nextId()}`;
  const composed = composeAnswer(request, behaviour, id, Math.floor(simulation.now() / 1_000));
  if (isRefusal(composed)) return refuse(call, simulation, request.model, composed);
  const record = openRecord(call, simulation, {
    operation: 'chat',
    id,
    model: request.model,
    stream: request.isStream,
    promptTokens: isFailure(behaviour) ? 0 : promptTokensOf(request.messages),
    user: request.user ?? null,
  });
  const exchange = new Exchange(call.response, record, simulation.journal, simulation.now);
  const timing = timingOf(request.model, behaviour, seedOf(request.model) + record.promptTokens);
  if (replacesAnswer(behaviour)) return sendReplacement(exchange, behaviour, timing);
  if (request.isStream) {
    const format = chunkFormat(composed, request.includesUsage);
    return sendStream(exchange, { answer: composed, format, timing, behaviour });
  }
  const completionTokens = composed.usage.completion_tokens;
  await sendUnary(exchange, {
    body: unaryBody(composed),
    tokens: Math.max(...composed.choices.map(({ pieces }) => pieces.length)),
    completionTokens,
    timing,
    behaviour,
  });
}
