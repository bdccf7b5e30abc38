import type { TokenUsage } from '@tollgate/contracts';
import type { Finish } from '@tollgate/neutral';
import type { AnswerContext } from '../chat-codec.ts';
import { isAbsent, isObject } from '../chat/fields.ts';
import { idBase } from './own-ids.ts';

export type Json = Readonly<Record<string, unknown>>;

/** What is known of an answer when it begins. */
export interface AnswerHead {
  readonly id: string;
  readonly model: string;
  readonly createdAt: number | null;
  readonly serviceTier?: string;
}

/** How far a response has come. */
export interface ResponseState {
  readonly finish: Finish | null;
  readonly output: readonly Json[];
  readonly usage: TokenUsage | null;
  /** Which tier served it, where that is known only at the end. */
  readonly serviceTier: string | undefined;
}

/**
 * A `response` object as OpenAI's: it repeats the request's fields, with OpenAI's defaults for those that were left out.
 * `store` says whether it is kept for later requests; nothing runs in the background.
 */
export class Envelope {
  private readonly repeated: Json;

  constructor(
    private readonly head: AnswerHead,
    private readonly context: AnswerContext,
  ) {
    this.repeated = { ...repeatRequest(context.request), store: context.keep !== undefined };
  }

  begun(): Json {
    return { ...this.fields('in_progress'), output: [], usage: null };
  }

  ended({ finish, output, usage, serviceTier }: ResponseState): Json {
    const reason = INCOMPLETE[finish?.reason ?? ''];
    return {
      ...this.fields(reason === undefined ? 'completed' : 'incomplete'),
      completed_at:
        reason === undefined ? Math.max(this.context.nowS, this.head.createdAt ?? 0) : null,
      incomplete_details: reason === undefined ? null : { reason },
      output,
      usage: usage && encodeUsage(usage),
      ...(serviceTier === undefined ? {} : { service_tier: serviceTier }),
    };
  }

  private fields(status: string): Json {
    const { head, context, repeated } = this;
    const { serviceTier, id, model, createdAt } = head;
    return {
      // What is kept is found by an id of ours alone.
      id: id.startsWith('resp_') && !context.keep ? id : `resp_${idBase(context)}`,
      object: 'response',
      created_at: createdAt ?? context.nowS,
      status,
      background: false,
      completed_at: null,
      error: null,
      incomplete_details: null,
      model: model === '' ? (context.modelAsked ?? '') : model,
      ...repeated,
      ...(serviceTier === undefined ? {} : { service_tier: serviceTier }),
    };
  }
}

/** Whether an answer that ended so is cut short, and why in OpenAI's words. */
export const INCOMPLETE: Readonly<Record<string, string | undefined>> = {
  length: 'max_output_tokens',
  content_filter: 'content_filter',
};

function repeatRequest(request: Json): Json {
  const reasoning = isObject(request.reasoning) ? request.reasoning : {};
  const text = isObject(request.text) ? request.text : {};
  const repeated: Record<string, unknown> = { ...DEFAULTS };
  for (const name of Object.keys(DEFAULTS))
    if (!isAbsent(request[name])) repeated[name] = request[name];
  return {
    ...repeated,
    reasoning: { effort: null, summary: null, ...reasoning },
    text: { ...text, format: isObject(text.format) ? text.format : { type: 'text' } },
  };
}

const DEFAULTS: Json = {
  instructions: null,
  max_output_tokens: null,
  max_tool_calls: null,
  previous_response_id: null,
  parallel_tool_calls: true,
  prompt_cache_key: null,
  safety_identifier: null,
  service_tier: 'default',
  temperature: 1,
  top_p: 1,
  top_logprobs: 0,
  presence_penalty: 0,
  frequency_penalty: 0,
  tool_choice: 'auto',
  tools: [],
  truncation: 'disabled',
  user: null,
  metadata: {},
};

function encodeUsage(usage: TokenUsage): Json {
  return {
    input_tokens: usage.inputTokens,
    input_tokens_details: {
      cached_tokens: usage.cachedInputTokens,
      cache_write_tokens: usage.cacheWriteTokens,
      ...(usage.inputAudioTokens > 0 ? { audio_tokens: usage.inputAudioTokens } : {}),
    },
    output_tokens: usage.outputTokens,
    output_tokens_details: {
      reasoning_tokens: usage.reasoningTokens,
      ...(usage.outputAudioTokens > 0 ? { audio_tokens: usage.outputAudioTokens } : {}),
    },
    total_tokens: usage.inputTokens + usage.outputTokens,
  };
}
