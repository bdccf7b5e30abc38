import type { Call, Simulation } from '../http/call.ts';
import { Exchange } from '../http/exchange.ts';
import type { JsonObject } from '../json-schema/json.ts';
import type { ChatAnswer } from '../openai/chat-answer.ts';
import type { ChatRequest } from '../openai/chat-request.ts';
import type { ChunkFormat } from '../openai/chat-wire-format.ts';
import { composeAnswer } from '../openai/compose-answer.ts';
import { openRecord, refuseRequest } from '../openai/open-record.ts';
import { readRequest } from '../openai/read-request.ts';
import { isRefusal, type Refusal } from '../openai/refusal.ts';
import { sendStream } from '../openai/send-stream.ts';
import { isFailure, replacesAnswer, sendReplacement, sendUnary } from '../openai/send-unary.ts';
import { usageOf } from '../openai/usage.ts';
import { seedOf, timingOf } from '../timing/timing.ts';

/** Where a wire names model and streaming in the URL. */
export interface Target {
  readonly model: string;
  readonly isStream: boolean;
}

/** What tells one vendor's chat from another's; what is answered, how fast and with which faults is the same for all. */
export interface VendorChat {
  readonly idPrefix: string;
  /** @param target null where the body names model and streaming */
  parse(body: JsonObject, target: Target | null): ChatRequest | Refusal;
  /** The body of a unary answer. */
  unary(answer: ChatAnswer, body: JsonObject): string;
  stream(answer: ChatAnswer, call: Call, body: JsonObject): ChunkFormat;
  /** A failure in the vendor's shape. */
  say(refusal: Refusal): string;
}

/** The status of a request that no handler could answer. */
export const REFUSED_STATUS = { not_found: 404, too_large: 413, internal: 500 } as const;

/** Models named so always say the same usage. */
const benchPrefix = 'bench-';

/** Answers one chat request of a vendor that is not OpenAI. */
export async function answerVendorChat(
  call: Call,
  simulation: Simulation,
  vendor: VendorChat,
  target: Target | null,
): Promise<void> {
  const say = vendor.say.bind(vendor);
  const read = readRequest(call);
  const refuse = (model: unknown, refusal: Refusal): void =>
    refuseRequest(call, simulation, 'chat', model, refusal, say);
  const named = target?.model ?? read.body?.model;
  if (read.refusal !== null) return refuse(named, read.refusal);
  const request = vendor.parse(read.body, target);
  if (isRefusal(request)) return refuse(named, request);
  const behaviour = simulation.behaviours.take(request.model);
  const id = `${vendor.idPrefix}${simulation.nextId()}`;
  const created = Math.floor(simulation.now() / 1_000);
  const composed = composeAnswer(request, behaviour, id, created);
  const answer = withBenchUsage(composed, request.model);
  if (isRefusal(answer)) return refuse(request.model, answer);
  const record = openRecord(call, simulation, {
    operation: 'chat',
    id,
    model: request.model,
    stream: request.isStream,
    promptTokens: isFailure(behaviour) ? 0 : answer.usage.prompt_tokens,
  });
  const exchange = new Exchange(call.response, record, simulation.journal, simulation.now);
  const timing = timingOf(request.model, behaviour, seedOf(request.model) + record.promptTokens);
  if (replacesAnswer(behaviour)) return sendReplacement(exchange, behaviour, timing, say);
  if (request.isStream) {
    const format = vendor.stream(answer, call, read.body);
    return sendStream(exchange, { answer, format, timing, behaviour });
  }
  await sendUnary(exchange, {
    body: vendor.unary(answer, read.body),
    tokens: Math.max(...answer.choices.map(({ pieces }) => pieces.length)),
    completionTokens: answer.usage.completion_tokens,
    timing,
    behaviour,
  });
}

function withBenchUsage(composed: ChatAnswer | Refusal, model: string): ChatAnswer | Refusal {
  if (isRefusal(composed) || !model.startsWith(benchPrefix)) return composed;
  return { ...composed, usage: usageOf(120, 80) };
}
