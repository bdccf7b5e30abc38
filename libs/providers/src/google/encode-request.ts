import type { WireRequest } from '../chat-wire.ts';
import { encodeConfig } from './encode-config.ts';
import { encodeContents } from './encode-contents.ts';
import type { EncodeContext, Json } from './encode-context.ts';
import { encodeToolConfig, encodeTools } from './encode-tools.ts';
import { traitsOf } from './model-traits.ts';

/** The body of `generateContent`. What it cannot say is told to the request's losses. */
export function encodeRequest(request: WireRequest, isVertex: boolean): Json {
  const { conversation, model, losses, fetched, outputCap } = request;
  const isOwn = conversation.origin === 'gemini';
  const context: EncodeContext = {
    conversation,
    losses,
    fetched,
    traits: traitsOf(model),
    isVertex,
    isOwn,
  };
  const { contents, systemInstruction } = encodeContents(context);
  const body: Json = {
    contents,
    systemInstruction,
    tools: encodeTools(context),
    toolConfig: encodeToolConfig(context),
    generationConfig: encodeConfig(context, outputCap),
    serviceTier: encodeServiceTier(context),
    ...encodeOthers(context),
  };
  for (const [name, value] of Object.entries(body)) if (value === undefined) delete body[name];
  return body;
}

const TIERS: Readonly<Record<string, string>> = {
  default: 'standard',
  standard: 'standard',
  flex: 'flex',
  priority: 'priority',
};

function encodeServiceTier({ conversation, losses, isOwn }: EncodeContext): string | undefined {
  const { serviceTier } = conversation;
  if (serviceTier === undefined || serviceTier === 'auto') return undefined;
  const tier = isOwn ? serviceTier : TIERS[serviceTier];
  if (tier === undefined) losses.drop('service_tier');
  return tier;
}

/** Google's own fields go back where they stood; what has no place here is dropped by name. */
function encodeOthers({ conversation, losses, isOwn }: EncodeContext): Json {
  const { others, endUser, promptCacheKey, metadata } = conversation;
  if (endUser !== undefined) losses.drop('user');
  if (promptCacheKey !== undefined) losses.drop('prompt_cache_key');
  if (metadata && Object.keys(metadata).length > 0) losses.drop('metadata');
  if (!isOwn) {
    for (const name of Object.keys(others)) losses.drop(name);
    return {};
  }
  const own = Object.entries(others).filter(
    ([name]) =>
      !name.startsWith('generationConfig.') &&
      name !== 'toolConfig' &&
      name !== 'functionDeclarations',
  );
  return Object.fromEntries(own);
}
