import type { Conversation, Losses, ReasoningWish } from '@tollgate/neutral';
import type { WireRequest } from '../chat-wire.ts';
import { encodeItems } from './encode-items.ts';
import type { Json } from './encode-media.ts';
import { encodeFormat, encodeTools } from './encode-tools.ts';

const WIRE = 'openai-responses';
const ENCRYPTED = 'reasoning.encrypted_content';
const LOGPROBS = 'message.output_text.logprobs';
/** These refuse to be asked for encrypted reasoning, since they have none. */
const NO_REASONING = /(^|[/.])(gpt-3|gpt-4|chatgpt)/;

/** The body of a request. Nothing is kept at the provider unless the client, on this wire, asked for it. */
export function encodeRequest(request: WireRequest): Json {
  const { conversation, model, stream, outputCap, losses } = request;
  nameLosses(conversation, losses);
  const { others, ...nested } = encodeOthers(conversation, losses);
  const text = encodeText(conversation, nested.text);
  const reasoning = encodeReasoning(conversation.reasoning, nested.reasoning, losses);
  const include = [...encodeInclude(request), ...nested.include];
  const cap = conversation.maxOutputTokens ?? outputCap;
  return {
    model,
    input: encodeItems(request),
    ...(stream ? { stream } : {}),
    store: false,
    ...encodePlain(conversation),
    ...(cap === null ? {} : { max_output_tokens: cap }),
    ...encodeTools(request),
    ...(Object.keys(text).length > 0 ? { text } : {}),
    ...(Object.keys(reasoning).length > 0 ? { reasoning } : {}),
    ...(include.length > 0 ? { include } : {}),
    ...others,
  };
}

function encodePlain(conversation: Conversation): Json {
  const fields: Json = {
    temperature: conversation.temperature,
    top_p: conversation.topP,
    top_logprobs: conversation.topLogprobs,
    service_tier: conversation.serviceTier,
    user: conversation.endUser,
    prompt_cache_key: conversation.promptCacheKey,
    metadata: conversation.metadata,
  };
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

function encodeText({ outputFormat, verbosity }: Conversation, others: Json): Json {
  return {
    ...(outputFormat ? { format: encodeFormat(outputFormat) } : {}),
    ...(verbosity === undefined ? {} : { verbosity }),
    ...others,
  };
}

function encodeReasoning(wish: ReasoningWish | undefined, others: Json, losses: Losses): Json {
  const effort = wish?.effort ?? effortFor(wish?.budgetTokens, losses);
  const summary = wish?.summary ?? (wish?.includeText ? 'auto' : undefined);
  return {
    ...(effort === undefined ? {} : { effort }),
    ...(summary === undefined ? {} : { summary }),
    ...others,
  };
}

/** The API takes no budget: the effort that comes closest. */
function effortFor(budget: ReasoningWish['budgetTokens'], losses: Losses): string | undefined {
  if (budget === undefined || budget === 'dynamic') return undefined;
  losses.adapt('reasoning_effort');
  if (budget === 0) return 'none';
  if (budget <= 2_048) return 'low';
  return budget <= 8_192 ? 'medium' : 'high';
}

/** Reasoning comes back encrypted, so that it survives a tool loop although nothing is kept. */
function encodeInclude({ conversation, model }: WireRequest): string[] {
  const { reasoning, logprobs, origin } = conversation;
  const isEncrypted = reasoning?.includeEncrypted ?? (origin !== WIRE && !NO_REASONING.test(model));
  return [...(isEncrypted ? [ENCRYPTED] : []), ...(logprobs ? [LOGPROBS] : [])];
}

interface Others {
  readonly others: Json;
  readonly text: Json;
  readonly reasoning: Json;
  readonly include: readonly unknown[];
}

/** What only this wire understands goes back to its place; what only another does is dropped by name. */
function encodeOthers({ others, origin }: Conversation, losses: Losses): Others {
  const found: Record<string, unknown> = {};
  const nested: Record<string, Record<string, unknown>> = { text: {}, reasoning: {} };
  let include: readonly unknown[] = [];
  for (const [name, value] of Object.entries(others)) {
    const [field = '', key] = name.split('.');
    if (origin !== WIRE) losses.drop(name);
    else if (name === 'include') include = Array.isArray(value) ? value : [];
    else if (key !== undefined && nested[field]) nested[field][key] = value;
    else found[name] = value;
  }
  return { others: found, text: nested.text ?? {}, reasoning: nested.reasoning ?? {}, include };
}

function nameLosses(conversation: Conversation, losses: Losses): void {
  const { candidates, modalities, logitBias } = conversation;
  if (conversation.stop?.length) losses.refuse('stop');
  if (candidates !== undefined && candidates > 1) losses.refuse('n');
  if (modalities?.some((modality) => modality !== 'text')) losses.refuse('modalities');
  if (conversation.audio !== undefined) losses.refuse('audio');
  if (conversation.topK !== undefined) losses.drop('top_k');
  if (conversation.seed !== undefined) losses.drop('seed');
  if (conversation.frequencyPenalty) losses.drop('frequency_penalty');
  if (conversation.presencePenalty) losses.drop('presence_penalty');
  if (Object.keys(logitBias ?? {}).length > 0) losses.drop('logit_bias');
}
