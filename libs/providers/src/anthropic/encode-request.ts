import type { Conversation, Losses, OutputFormat } from '@tollgate/neutral';
import { isRecord } from '../json/json-value.ts';
import type { WireRequest } from '../chat-wire.ts';
import type { Json } from './encode-media.ts';
import { encodeMessages } from './encode-messages.ts';
import { encodeSampling } from './encode-sampling.ts';
import { encodeStrictSchema } from './encode-schema.ts';
import { encodeThinking } from './encode-thinking.ts';
import { encodeTools } from './encode-tools.ts';
import { OwnExtras } from './extras.ts';
import { rulesOf } from './models.ts';

/** The body of a request to Anthropic's messages. What it cannot say is told to `losses`. */
export function encodeRequest(request: WireRequest): Json {
  const { conversation, model, losses, fetched } = request;
  const isOwnOrigin = conversation.origin === 'anthropic';
  const extras = new OwnExtras(conversation);
  const rules = rulesOf(model);
  const context = { losses, fetched, extras, isOwnOrigin };
  const { system, messages } = encodeMessages(conversation, context);
  const maxTokens = conversation.maxOutputTokens ?? request.outputCap ?? rules.maxOutputTokens;
  const { thinking, effort } = encodeThinking(conversation, rules, maxTokens, losses);
  const isThinking = thinking !== undefined && thinking.type !== 'disabled';
  const { output_config: config, metadata, ...others } = extras.top;
  const outputConfig = {
    ...(isRecord(config) ? config : {}),
    ...(effort === undefined ? {} : { effort }),
    ...encodeFormat(conversation.outputFormat, isOwnOrigin, losses),
  };
  noteLosses(conversation, losses);
  return {
    model,
    max_tokens: maxTokens,
    ...(system.length > 0 ? { system } : {}),
    messages,
    ...encodeTools(conversation, extras, losses),
    ...encodeStop(conversation, losses),
    ...encodeSampling(conversation, rules, isThinking, losses),
    ...(thinking ? { thinking } : {}),
    ...(Object.keys(outputConfig).length > 0 ? { output_config: outputConfig } : {}),
    ...encodeTier(conversation, losses),
    ...encodeMetadata(conversation, metadata),
    ...others,
    ...(request.stream ? { stream: true } : {}),
  };
}

function encodeFormat(format: OutputFormat | undefined, isOwn: boolean, losses: Losses): Json {
  if (!format || format.type === 'text') return {};
  if (format.type === 'json') {
    // There is no JSON without a schema.
    losses.refuse('response_format');
    return {};
  }
  const { name, description, schema } = format;
  if (isOwn) return { format: { type: 'json_schema', schema } };
  const path = 'response_format.json_schema';
  if (name !== undefined) losses.adapt(`${path}.name`);
  const described = description !== undefined && schema.description === undefined;
  if (description !== undefined) losses.adapt(`${path}.description`);
  const strict = encodeStrictSchema(schema, `${path}.schema`, losses);
  return {
    format: { type: 'json_schema', schema: described ? { ...strict, description } : strict },
  };
}

function encodeStop({ stop, origin }: Conversation, losses: Losses): Json {
  if (!stop || (stop.length === 0 && origin !== 'anthropic')) return {};
  // Anthropic refuses sequences of white space (400).
  if (origin !== 'anthropic' && stop.some((text) => text.trim() === '')) losses.refuse('stop');
  return { stop_sequences: stop };
}

function encodeTier({ serviceTier, origin }: Conversation, losses: Losses): Json {
  if (serviceTier === undefined) return {};
  if (serviceTier === 'auto' || origin === 'anthropic')
    return { service_tier: serviceTier === 'default' ? 'standard_only' : serviceTier };
  if (serviceTier === 'default') return { service_tier: 'standard_only' };
  losses.drop('service_tier');
  return {};
}

function encodeMetadata({ endUser }: Conversation, rest: unknown): Json {
  const metadata = {
    ...(isRecord(rest) ? rest : {}),
    ...(endUser === undefined ? {} : { user_id: endUser }),
  };
  return Object.keys(metadata).length > 0 ? { metadata } : {};
}

/** What Anthropic has no field for. */
function noteLosses(conversation: Conversation, losses: Losses): void {
  const { candidates = 1, modalities, others, origin } = conversation;
  if (candidates > 1) losses.refuse('n');
  if (modalities?.some((modality) => modality !== 'text')) losses.refuse('modalities');
  if (conversation.audio !== undefined) losses.refuse('audio');
  if (conversation.logprobs) losses.drop('logprobs');
  if (conversation.topLogprobs) losses.drop('top_logprobs');
  if (conversation.seed !== undefined) losses.drop('seed');
  if (conversation.frequencyPenalty) losses.drop('frequency_penalty');
  if (conversation.presencePenalty) losses.drop('presence_penalty');
  if (Object.keys(conversation.logitBias ?? {}).length > 0) losses.drop('logit_bias');
  if (conversation.verbosity !== undefined) losses.drop('verbosity');
  if (conversation.promptCacheKey !== undefined) losses.drop('prompt_cache_key');
  if (conversation.metadata !== undefined) losses.drop('metadata');
  if (origin === 'anthropic') {
    for (const name of Object.keys(others))
      if (name.includes('[].content[].content[]')) losses.drop(name);
    return;
  }
  for (const name of Object.keys(others)) losses.drop(name);
}
