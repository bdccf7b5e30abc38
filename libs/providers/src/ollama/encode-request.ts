import type { Conversation, FunctionTool, Losses } from '@tollgate/neutral';
import type { WireRequest } from '../chat-wire.ts';
import { encodeMessages, type JsonObject } from './encode-messages.ts';
import { encodeThink } from './encode-think.ts';

/** The body of `/api/chat`. */
export function encodeOllama(request: WireRequest): JsonObject {
  const { conversation, model, losses, outputCap, stream } = request;
  const tools = encodeTools(conversation, losses);
  const options = present({
    num_predict: conversation.maxOutputTokens ?? outputCap ?? undefined,
    temperature: conversation.temperature,
    top_p: conversation.topP,
    top_k: conversation.topK,
    seed: conversation.seed,
    frequency_penalty: conversation.frequencyPenalty,
    presence_penalty: conversation.presencePenalty,
    stop: conversation.stop?.length ? conversation.stop : undefined,
  });
  loseTheRest(conversation, losses);
  return present({
    model,
    messages: encodeMessages(request),
    tools: tools.length === 0 ? undefined : tools,
    format: encodeFormat(conversation),
    think: encodeThink(conversation.reasoning, model, losses),
    logprobs: conversation.logprobs,
    top_logprobs: conversation.topLogprobs,
    // It streams where nobody says otherwise.
    stream,
    options: Object.keys(options).length === 0 ? undefined : options,
  });
}

function encodeFormat({ outputFormat }: Conversation): unknown {
  if (outputFormat?.type === 'json') return 'json';
  return outputFormat?.type === 'json_schema' ? outputFormat.schema : undefined;
}

/** Ollama has no word for a choice: the model calls what it is given. */
function encodeTools(conversation: Conversation, losses: Losses): readonly JsonObject[] {
  const { tools = [], toolChoice, parallelToolCalls } = conversation;
  if (tools.length === 0) return [];
  if (parallelToolCalls === false) losses.drop('parallel_tool_calls');
  const isForced =
    toolChoice?.type === 'required' ||
    toolChoice?.type === 'tool' ||
    (toolChoice?.type === 'allowed' && toolChoice.mode === 'required');
  if (isForced) losses.refuse('tool_choice');
  if (toolChoice?.type === 'none') {
    losses.adapt('tool_choice');
    return [];
  }
  const names = toolChoice?.type === 'allowed' ? new Set(toolChoice.names) : undefined;
  if (names) losses.adapt('tool_choice');
  return tools.flatMap((tool) => {
    if (tool.type === 'function')
      return names && !names.has(tool.name) ? [] : [encodeFunction(tool, losses)];
    losses.refuse(tool.type === 'custom' ? 'tools[].custom' : `tools[].${tool.name}`);
    return [];
  });
}

function encodeFunction(tool: FunctionTool, losses: Losses): JsonObject {
  const { name, description, parameters, strict, cache } = tool;
  if (strict) losses.drop('tools[].function.strict');
  if (cache) losses.drop('tools[].cache_control');
  const shape = parameters ?? { type: 'object', properties: {} };
  return { type: 'function', function: present({ name, description, parameters: shape }) };
}

function loseTheRest(conversation: Conversation, losses: Losses): void {
  const { candidates, modalities } = conversation;
  if (candidates !== undefined && candidates > 1) losses.refuse('n');
  if (modalities?.some((modality) => modality !== 'text')) losses.refuse('modalities');
  if (conversation.audio !== undefined) losses.refuse('audio');
  if (Object.keys(conversation.logitBias ?? {}).length > 0) losses.drop('logit_bias');
  if (conversation.verbosity !== undefined) losses.drop('verbosity');
  if (conversation.serviceTier !== undefined && conversation.serviceTier !== 'auto')
    losses.drop('service_tier');
  if (conversation.endUser !== undefined) losses.drop('user');
  if (conversation.promptCacheKey !== undefined) losses.drop('prompt_cache_key');
  if (Object.keys(conversation.metadata ?? {}).length > 0) losses.drop('metadata');
  for (const name of Object.keys(conversation.others)) losses.drop(name);
}

function present(fields: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
