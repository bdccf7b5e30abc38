import { NO_USAGE, type TokenUsage } from '@tollgate/contracts';

/** An exchange with a provider as it was recorded; only what is read here. */
export interface Recording {
  readonly endpoint: string;
  readonly status: number;
  readonly kind: string;
  readonly features: readonly string[];
  readonly reqJson?: { readonly model?: string };
  readonly respText?: string;
}

/** What the provider says it counted and charged. */
export interface Bill {
  readonly model: string;
  readonly atMs: number | undefined;
  readonly usage: TokenUsage;
  readonly usd: number;
  /** A server-side tool, or the caller's own key at the upstream, is in the bill: not a matter of tokens. */
  readonly isBeyondTokens: boolean;
}

type Json = Readonly<Record<string, unknown>>;

const XAI_TICKS_PER_USD = 1e10;

/** Reads the bill out of a recorded answer, unary or streamed. Undefined where it holds none. */
export function billOf(recording: Recording): Bill | undefined {
  const answer =
    recording.status === 200 ? lastAnswerWithUsage(recording.respText ?? '') : undefined;
  if (!answer) return undefined;
  const usage = object(answer['usage']);
  const ticks = usage['cost_in_usd_ticks'];
  const usd = typeof ticks === 'number' ? ticks / XAI_TICKS_PER_USD : usage['cost'];
  const model = recording.reqJson?.model ?? answer['model'];
  if (typeof usd !== 'number' || typeof model !== 'string') return undefined;
  return {
    model,
    atMs: instantOf(answer),
    usage: typeof ticks === 'number' ? decodeXai(usage) : decode(usage),
    usd,
    isBeyondTokens:
      recording.features.includes('srvtool') ||
      usage['is_byok'] === true ||
      count(usage['num_sources_used']) > 0 ||
      count(usage['num_server_side_tools_used']) > 0 ||
      count(object(usage['server_tool_use'])['web_search_requests']) > 0,
  };
}

function decode(usage: Json): TokenUsage {
  const input = object(usage['prompt_tokens_details'] ?? usage['input_tokens_details']);
  const output = object(usage['completion_tokens_details'] ?? usage['output_tokens_details']);
  return {
    ...NO_USAGE,
    inputTokens: count(usage['prompt_tokens'] ?? usage['input_tokens']),
    cachedInputTokens: count(input['cached_tokens']),
    cacheWriteTokens: count(input['cache_write_tokens']),
    inputAudioTokens: count(input['audio_tokens']),
    outputTokens: count(usage['completion_tokens'] ?? usage['output_tokens']),
    reasoningTokens: count(output['reasoning_tokens']),
    outputAudioTokens: count(output['audio_tokens']),
  };
}

/** xAI's chat leaves reasoning out of `completion_tokens` and charges it; its responses endpoint counts it in. */
function decodeXai(usage: Json): TokenUsage {
  const decoded = decode(usage);
  if (usage['completion_tokens'] === undefined) return decoded;
  return { ...decoded, outputTokens: decoded.outputTokens + decoded.reasoningTokens };
}

function lastAnswerWithUsage(text: string): Json | undefined {
  const whole = parse(text.trim());
  if (whole) return answerWithUsage(whole);
  return text
    .split('\n')
    .filter((line) => line.startsWith('data:'))
    .map((line) => answerWithUsage(parse(line.slice(5).trim()) ?? {}))
    .findLast((answer) => answer !== undefined);
}

/** The responses endpoint wraps the answer in an event. */
function answerWithUsage(value: Json): Json | undefined {
  const answer = 'response' in value ? object(value['response']) : value;
  return Object.keys(object(answer['usage'])).length > 0 ? answer : undefined;
}

/** Seconds since the epoch: in a field of its own, or in OpenRouter's generation id. */
function instantOf(answer: Json): number | undefined {
  const seconds = answer['created'] ?? answer['created_at'];
  if (typeof seconds === 'number') return seconds * 1_000;
  const id = /^gen-(?:[a-z]+-)?(\d{10})-/.exec(String(answer['id']))?.[1];
  return id ? Number(id) * 1_000 : undefined;
}

function parse(text: string): Json | undefined {
  try {
    return object(JSON.parse(text));
  } catch {
    return undefined; // not JSON, such as `[DONE]` or an event stream as a whole
  }
}

function object(value: unknown): Json {
  return typeof value === 'object' && value !== null ? (value as Json) : {}; // foreign JSON: every field is checked on use
}

function count(value: unknown): number {
  return typeof value === 'number' ? value : 0;
}
