import type { Conversation, Losses } from '@tollgate/neutral';
import type { WireRequest } from '../chat-wire.ts';
import { encodeAdditionalFields } from './encode-additional-fields.ts';
import { type EncodedMessages, encodeMessages } from './encode-messages.ts';
import { encodeToolConfig } from './encode-tools.ts';
import { modelFamily } from './model-family.ts';
import { ToolUseIds } from '../tool-use-ids.ts';
import type { JsonObject, WireObject } from './wire.ts';

/** What the connection's config adds to every request. */
export interface ConverseDefaults {
  readonly guardrailConfig?: WireObject;
  readonly performanceConfig?: WireObject;
}

/** The body of Converse and ConverseStream (docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html). */
export function encodeConverse(request: WireRequest, defaults: ConverseDefaults): JsonObject {
  const { conversation, model, losses, fetched } = request;
  const family = modelFamily(model);
  const maxTokens = conversation.maxOutputTokens ?? request.outputCap ?? undefined;
  const context = {
    family,
    losses,
    fetched,
    documentNames: new Set<string>(),
    ids: new ToolUseIds(losses),
  };
  const { system, messages }: EncodedMessages = encodeMessages(conversation, context);
  const toolConfig = encodeToolConfig(conversation, family, losses);
  const additionalModelRequestFields = encodeAdditionalFields(
    conversation,
    { model, family, maxTokens },
    losses,
  );
  loseTheRest(conversation, losses);
  return present({
    system: system.length === 0 ? undefined : system,
    messages,
    inferenceConfig: present({
      maxTokens,
      temperature: conversation.temperature,
      topP: conversation.topP,
      stopSequences: conversation.stop?.length ? conversation.stop : undefined,
    }),
    toolConfig,
    outputConfig: encodeOutputConfig(conversation, losses),
    additionalModelRequestFields,
    requestMetadata: encodeMetadata(conversation, losses),
    serviceTier: encodeServiceTier(conversation, losses),
    guardrailConfig: guardrailFor(request.stream, defaults.guardrailConfig),
    performanceConfig: defaults.performanceConfig,
  });
}

/** How a stream is checked means nothing to a whole answer, and is refused there. */
function guardrailFor(isStream: boolean, config: WireObject | undefined): JsonObject | undefined {
  if (config === undefined || isStream) return config;
  return present({ ...config, streamProcessingMode: undefined });
}

function encodeOutputConfig(
  { outputFormat }: Conversation,
  losses: Losses,
): JsonObject | undefined {
  if (outputFormat === undefined || outputFormat.type === 'text') return undefined;
  if (outputFormat.type === 'json') {
    losses.refuse('response_format');
    return undefined;
  }
  const { name, description, schema } = outputFormat;
  const jsonSchema = present({ schema: JSON.stringify(schema), name, description });
  return { textFormat: { type: 'json_schema', structure: { jsonSchema } } };
}

/** Metadata stands in Bedrock's own log of calls, which takes few characters. */
function encodeMetadata({ metadata }: Conversation, losses: Losses): JsonObject | undefined {
  const entries = Object.entries(metadata ?? {});
  if (entries.length === 0) return undefined;
  const isTaken =
    entries.length <= 16 &&
    entries.every(([key, value]) => METADATA_KEY.test(key) && METADATA_VALUE.test(value));
  if (!isTaken) losses.drop('metadata');
  return isTaken ? Object.fromEntries(entries) : undefined;
}

const METADATA_KEY = /^[a-zA-Z0-9\s:_@$#=/+,.-]{1,256}$/;
const METADATA_VALUE = /^[a-zA-Z0-9\s:_@$#=/+,.-]{0,256}$/;

const SERVICE_TIERS: ReadonlySet<string> = new Set(['default', 'flex', 'priority', 'reserved']);

function encodeServiceTier({ serviceTier }: Conversation, losses: Losses): JsonObject | undefined {
  if (serviceTier === undefined || serviceTier === 'auto') return undefined;
  if (SERVICE_TIERS.has(serviceTier)) return { type: serviceTier };
  losses.drop('service_tier');
  return undefined;
}

/** What has no place in Converse at all. */
function loseTheRest(conversation: Conversation, losses: Losses): void {
  const { modalities, candidates } = conversation;
  if (candidates !== undefined && candidates > 1) losses.refuse('n');
  if (modalities?.some((modality) => modality !== 'text')) losses.refuse('modalities');
  if (conversation.audio !== undefined) losses.refuse('audio');
  if (conversation.logprobs) losses.drop('logprobs');
  if (conversation.topLogprobs) losses.drop('top_logprobs');
  if (conversation.seed !== undefined) losses.drop('seed');
  if (conversation.frequencyPenalty) losses.drop('frequency_penalty');
  if (conversation.presencePenalty) losses.drop('presence_penalty');
  if (Object.keys(conversation.logitBias ?? {}).length > 0) losses.drop('logit_bias');
  if (conversation.verbosity !== undefined) losses.drop('verbosity');
  if (conversation.endUser !== undefined) losses.drop('user');
  if (conversation.promptCacheKey !== undefined) losses.drop('prompt_cache_key');
  for (const name of Object.keys(conversation.others)) losses.drop(name);
}

/** Without what is undefined, for JSON and for comparisons alike. */
function present(fields: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
