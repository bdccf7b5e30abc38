import { isObject, type JsonObject } from '../json-schema/json.ts';
import type { ChatRequest, Message } from '../openai/chat-request.ts';
import { invalidRequest, type Refusal } from '../openai/refusal.ts';
import type { ResponseFormat } from '../openai/response-format.ts';
import type { ToolChoice, ToolDefinition } from '../openai/tools.ts';
import type { Target } from '../vendor-chat/vendor-chat.ts';
import { signatureOf } from '../vendor-chat/whole-answer.ts';

/** A Gemini request as the simulator's own. A call that comes back with another thought signature is refused. */
export function parseContents(body: JsonObject, target: Target): ChatRequest | Refusal {
  const { contents } = body;
  if (!Array.isArray(contents) || contents.length === 0 || !contents.every(isObject))
    return invalidRequest('* GenerateContentRequest.contents: contents is not specified', null);
  if (contents.some(({ parts }) => partsOf(parts).some(isForged)))
    return invalidRequest('Thought signature is not valid.', null);
  const config = isObject(body.generationConfig) ? body.generationConfig : {};
  const { maxOutputTokens, stopSequences, candidateCount } = config;
  return {
    model: target.model,
    messages: [...systemOf(body.systemInstruction), ...contents.flatMap(readContent)],
    isStream: target.isStream,
    includesUsage: true,
    choices: typeof candidateCount === 'number' ? candidateCount : 1,
    maxTokens: typeof maxOutputTokens === 'number' ? maxOutputTokens : null,
    stop: Array.isArray(stopSequences)
      ? stopSequences.filter((text) => typeof text === 'string')
      : [],
    tools: toolsOf(body.tools),
    toolChoice: toolChoiceOf(body.toolConfig),
    allowsParallelCalls: true,
    responseFormat: formatOf(config),
  };
}

function partsOf(parts: unknown): readonly JsonObject[] {
  return Array.isArray(parts) ? parts.filter(isObject) : [];
}

function isForged({ functionCall, thoughtSignature }: JsonObject): boolean {
  if (!isObject(functionCall) || thoughtSignature === undefined) return false;
  return thoughtSignature !== signatureOf(String(functionCall.name));
}

function systemOf(instruction: unknown): readonly Message[] {
  if (!isObject(instruction)) return [];
  return [{ role: 'system', content: partsOf(instruction.parts) }];
}

function readContent({ role, parts }: JsonObject): readonly Message[] {
  const all = partsOf(parts);
  const results = all.filter(({ functionResponse }) => isObject(functionResponse));
  const rest = all.filter(({ functionResponse }) => !isObject(functionResponse));
  const name = role === 'model' ? 'assistant' : 'user';
  return [
    ...(rest.length > 0 ? [{ role: name, content: rest }] : []),
    ...results.map(({ functionResponse }) => ({
      role: 'tool',
      content: JSON.stringify(isObject(functionResponse) ? functionResponse.response : null),
    })),
  ];
}

function toolsOf(tools: unknown): readonly ToolDefinition[] {
  if (!Array.isArray(tools)) return [];
  return tools
    .filter(isObject)
    .flatMap(({ functionDeclarations }) => partsOf(functionDeclarations))
    .map(({ name, parameters, parametersJsonSchema }) => ({
      name: String(name),
      parameters: lowerCaseTypes(parametersJsonSchema ?? parameters ?? { type: 'object' }),
    }));
}

/** Google's own schemas write types in capitals. */
function lowerCaseTypes(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(lowerCaseTypes);
  if (!isObject(schema)) return schema;
  return Object.fromEntries(
    Object.entries(schema).map(([key, value]) => [
      key,
      key === 'type' && typeof value === 'string' ? value.toLowerCase() : lowerCaseTypes(value),
    ]),
  );
}

function toolChoiceOf(config: unknown): ToolChoice {
  const calling = isObject(config) ? config.functionCallingConfig : undefined;
  if (!isObject(calling)) return 'auto';
  const [name] = Array.isArray(calling.allowedFunctionNames) ? calling.allowedFunctionNames : [];
  if (calling.mode === 'ANY') return typeof name === 'string' ? { name } : 'required';
  return calling.mode === 'NONE' ? 'none' : 'auto';
}

function formatOf(config: JsonObject): ResponseFormat {
  if (config.responseMimeType !== 'application/json') return { type: 'text' };
  const schema = config.responseJsonSchema ?? config.responseSchema;
  if (schema === undefined) return { type: 'json_object' };
  return { type: 'json_schema', schema: lowerCaseTypes(schema) };
}
