import type { Wire } from './media.ts';
import type { CacheMark, Part } from './parts.ts';

export type Role = 'system' | 'developer' | 'user' | 'assistant' | 'tool';

export interface Message {
  readonly role: Role;
  readonly name?: string;
  readonly parts: readonly Part[];
}

export interface FunctionTool {
  readonly type: 'function';
  readonly name: string;
  readonly description?: string;
  /** JSON Schema of the arguments; undefined for none. */
  readonly parameters?: Readonly<Record<string, unknown>>;
  readonly strict?: boolean;
  readonly cache?: CacheMark;
}

/** A tool that takes free text (OpenAI's custom tools). */
export interface CustomTool {
  readonly type: 'custom';
  readonly name: string;
  readonly description?: string;
  readonly format?: unknown;
}

/** A tool that the vendor runs itself. */
export interface ServerTool {
  readonly type: 'server';
  readonly wire: Wire;
  /** The neutral name where several vendors have it; else null, and only its own wire takes it. */
  readonly kind: 'web_search' | 'code_execution' | 'url_context' | 'file_search' | null;
  /** The wire's own word for it. */
  readonly name: string;
  /** As it was written. */
  readonly json: unknown;
}

export type Tool = FunctionTool | CustomTool | ServerTool;

export type ToolChoice =
  | { readonly type: 'auto' | 'none' | 'required' }
  | { readonly type: 'tool'; readonly name: string }
  | {
      readonly type: 'allowed';
      readonly mode: 'auto' | 'required';
      readonly names: readonly string[];
    };

export type OutputFormat =
  | { readonly type: 'text' }
  | { readonly type: 'json' }
  | {
      readonly type: 'json_schema';
      readonly name?: string;
      readonly description?: string;
      readonly schema: Readonly<Record<string, unknown>>;
      readonly strict?: boolean;
    };

export const EFFORTS = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'] as const;
export type Effort = (typeof EFFORTS)[number];

/** How much the model is to think. Several ways to say it may stand side by side. */
export interface ReasoningWish {
  readonly effort?: Effort;
  /** Tokens; `dynamic`: as much as the model sees fit. 0 turns thinking off. */
  readonly budgetTokens?: number | 'dynamic';
  /** The thoughts, or their summary, are to be in the answer. */
  readonly includeText?: boolean;
  /** OpenAI responses: how the summary is to be. */
  readonly summary?: 'auto' | 'concise' | 'detailed';
  /** The encrypted reasoning is to be in the answer. */
  readonly includeEncrypted?: boolean;
}

/** A request to a chat model, whoever speaks. A field that is undefined was not named: nothing is defaulted. */
export interface Conversation {
  readonly messages: readonly Message[];
  readonly tools?: readonly Tool[];
  readonly toolChoice?: ToolChoice;
  readonly parallelToolCalls?: boolean;
  readonly outputFormat?: OutputFormat;
  readonly maxOutputTokens?: number;
  readonly stop?: readonly string[];
  readonly temperature?: number;
  readonly topP?: number;
  readonly topK?: number;
  readonly seed?: number;
  readonly frequencyPenalty?: number;
  readonly presencePenalty?: number;
  readonly logitBias?: Readonly<Record<string, number>>;
  readonly logprobs?: boolean;
  readonly topLogprobs?: number;
  /** How many answers (`n`). */
  readonly candidates?: number;
  readonly reasoning?: ReasoningWish;
  readonly modalities?: readonly ('text' | 'audio' | 'image')[];
  /** OpenAI's `audio`: voice and format of a spoken answer. */
  readonly audio?: Readonly<Record<string, unknown>>;
  readonly verbosity?: string;
  readonly serviceTier?: string;
  readonly endUser?: string;
  readonly promptCacheKey?: string;
  readonly metadata?: Readonly<Record<string, string>>;
  /**
   * Fields of the client's that have no neutral meaning, by the name they have on `origin`: whoever encodes for another
   * wire drops or refuses them by name.
   */
  readonly others: Readonly<Record<string, unknown>>;
  /** What the client spoke. */
  readonly origin: Wire;
}

/** The fields of a conversation that a wire may be unable to express, as OpenAI's chat names them. */
export const CONVERSATION_FIELDS = [
  'messages',
  'tools',
  'tool_choice',
  'parallel_tool_calls',
  'response_format',
  'max_tokens',
  'stop',
  'temperature',
  'top_p',
  'top_k',
  'seed',
  'frequency_penalty',
  'presence_penalty',
  'logit_bias',
  'logprobs',
  'top_logprobs',
  'n',
  'reasoning_effort',
  'modalities',
  'audio',
  'verbosity',
  'service_tier',
  'user',
  'prompt_cache_key',
  'metadata',
] as const;
export type ConversationField = (typeof CONVERSATION_FIELDS)[number];

/** The name of the tool that a call's id stands for: wires such as Gemini's answer by name. */
export function nameOfCall(messages: readonly Message[], callId: string): string | undefined {
  for (const { parts } of messages)
    for (const part of parts) if (part.type === 'tool-call' && part.id === callId) return part.name;
  return undefined;
}
