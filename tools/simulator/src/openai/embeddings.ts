import type { JsonObject } from '../json-schema/json.ts';
import type { Call, Simulation } from '../http/call.ts';
import { Exchange } from '../http/exchange.ts';
import { mix, seedOf, timingOf } from '../timing/timing.ts';
import { openRecord, refuseRequest } from './open-record.ts';
import { textTokensOf } from './prompt-tokens.ts';
import { readRequest } from './read-request.ts';
import { invalidRequest, isRefusal, type Refusal } from './refusal.ts';
import { isFailure, replacesAnswer, sendReplacement, sendUnary } from './send-unary.ts';

const usualDimensions = 1_536;
const mostDimensions = 4_096;
const mostInputs = 2_048;

type Input = string | readonly number[];

interface EmbeddingsRequest {
  readonly model: string;
  readonly inputs: readonly Input[];
  readonly dimensions: number;
  readonly isBase64: boolean;
}

/** `POST …/embeddings`: unit vectors that are the same for the same text. */
export async function handleEmbeddings(
  call: Call,
  simulation: Simulation,
  deployment: string | null,
): Promise<void> {
  const read = readRequest(call);
  const request = read.refusal ?? parseRequest(read.body, deployment);
  if (isRefusal(request)) {
    const model = deployment ?? read.body?.model;
    return refuseRequest(call, simulation, 'embeddings', model, request);
  }
  const behaviour = simulation.behaviours.take(request.model);
  const promptTokens = request.inputs.reduce((sum, input) => sum + tokensOf(input), 0);
  const record = openRecord(call, simulation, {
    operation: 'embeddings',
    id: `embd-${simulation.nextId()}`,
    model: request.model,
    stream: false,
    promptTokens: isFailure(behaviour) ? 0 : promptTokens,
  });
  const exchange = new Exchange(call.response, record, simulation.journal, simulation.now);
  const timing = timingOf(request.model, behaviour, seedOf(request.model) + promptTokens);
  if (replacesAnswer(behaviour)) return sendReplacement(exchange, behaviour, timing);
  const body = embeddingsBody(request, promptTokens);
  await sendUnary(exchange, { body, tokens: 1, completionTokens: 0, timing, behaviour });
}

function parseRequest(body: JsonObject, deployment: string | null): EmbeddingsRequest | Refusal {
  const model = deployment ?? body.model;
  if (typeof model !== 'string' || model === '') {
    return invalidRequest('you must provide a model parameter', 'model');
  }
  const inputs = inputsOf(body.input);
  if (inputs === null) return invalidRequest("'$.input' is invalid.", 'input');
  const dimensions = body.dimensions ?? usualDimensions;
  if (
    typeof dimensions !== 'number' ||
    !Number.isInteger(dimensions) ||
    dimensions < 1 ||
    dimensions > mostDimensions
  ) {
    return invalidRequest(`'dimensions' must be from 1 to ${mostDimensions}.`, 'dimensions');
  }
  const format = body.encoding_format ?? 'float';
  if (format !== 'float' && format !== 'base64') {
    return invalidRequest("'encoding_format' must be 'float' or 'base64'.", 'encoding_format');
  }
  return { model, inputs, dimensions, isBase64: format === 'base64' };
}

/** Text, texts, tokens or lists of tokens; null for anything else. */
function inputsOf(value: unknown): readonly Input[] | null {
  if (typeof value === 'string') return value === '' ? null : [value];
  if (!Array.isArray(value) || value.length === 0 || value.length > mostInputs) return null;
  if (isTokens(value)) return [value];
  return value.every((item) => (typeof item === 'string' ? item !== '' : isTokens(item)))
    ? value
    : null;
}

function isTokens(value: unknown): value is number[] {
  return Array.isArray(value) && value.length > 0 && value.every(Number.isInteger);
}

function tokensOf(input: Input): number {
  return typeof input === 'string' ? textTokensOf(input) : input.length;
}

function embeddingsBody(request: EmbeddingsRequest, promptTokens: number): string {
  const data = request.inputs.map((input, index) => {
    const vector = vectorOf(input, request.dimensions);
    const embedding = request.isBase64
      ? Buffer.from(vector.buffer).toString('base64')
      : Array.from(vector);
    return { object: 'embedding', index, embedding };
  });
  const usage = { prompt_tokens: promptTokens, total_tokens: promptTokens };
  return JSON.stringify({ object: 'list', data, model: request.model, usage });
}

function vectorOf(input: Input, dimensions: number): Float32Array<ArrayBuffer> {
  const seed = seedOf(typeof input === 'string' ? input : input.join(','));
  const vector = new Float32Array(dimensions);
  let squares = 0;
  for (let index = 0; index < dimensions; index += 1) {
    const value = mix(seed + index) / 0xffffffff - 0.5;
    vector[index] = value;
    squares += value * value;
  }
  const length = Math.sqrt(squares);
  return length === 0 ? vector.fill(1) : vector.map((value) => value / length);
}
