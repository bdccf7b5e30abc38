import type { ProviderSlug } from '@tollgate/contracts';
import { type ConversationField, type Effort, EFFORTS } from '@tollgate/neutral';

/** Fields that not every vendor of the family takes. */
export type OptionalField = Extract<
  ConversationField,
  | 'top_k'
  | 'seed'
  | 'frequency_penalty'
  | 'presence_penalty'
  | 'logit_bias'
  | 'logprobs'
  | 'n'
  | 'modalities'
  | 'verbosity'
  | 'service_tier'
  | 'user'
  | 'prompt_cache_key'
  | 'metadata'
  | 'parallel_tool_calls'
  | 'tool_choice'
>;

/** How a vendor wants a conversation, where the family differs. */
export interface ChatWays {
  readonly takes: ReadonlySet<OptionalField>;
  /** Where not, a developer's message goes out as the system's: it means the same there. */
  readonly knowsDeveloper: boolean;
  /**
   * Where a turn's reasoning goes back. `details`: OpenRouter's, unchanged, where there are any; `both`: plain, and in
   * details where these say more.
   */
  readonly reasoningBack:
    | 'none'
    | 'reasoning_content'
    | 'reasoning'
    | 'details'
    | 'both'
    | 'thinking-chunk';
  /** Other vendors' seals on reasoning go with it, for servers that may be a gateway themselves. */
  readonly carriesForeignSeals: boolean;
  readonly effortForm: 'reasoning_effort' | 'reasoning';
  /** Other efforts go to the nearest of these. */
  readonly efforts: readonly Effort[];
  /** `thinking: { type }` turns reasoning on and off. */
  readonly hasThinkingSwitch: boolean;
  /** `data`: bytes only. */
  readonly images: 'url' | 'data' | 'none';
  /** `file`: bytes in `file_data`; `file-url`: URLs as well; `document_url`: Mistral's part. */
  readonly documents: 'file' | 'file-url' | 'document_url' | 'none';
  readonly takesAudio: boolean;
  readonly takesVideo: boolean;
  /** Images may stand in a tool's result; where not, they follow in a message of the user's. */
  readonly imagesInResults: boolean;
  readonly refusalBack: boolean;
  readonly takesJsonSchema: boolean;
  readonly takesStrictTools: boolean;
  readonly takesCustomTools: boolean;
  readonly takesAllowedTools: boolean;
  readonly needsParameters: boolean;
  readonly webSearch: 'web_search_options' | 'openrouter:web_search' | 'any' | 'none';
  readonly takesCacheMarks: boolean;
  /** Google's thought signatures in `extra_content`. */
  readonly takesExtraContent: boolean;
  /** `metadata` is taken only with `store` (platform.openai.com/docs/api-reference/chat/create, 2026-11). */
  readonly metadataNeedsStore: boolean;
  readonly seedField: 'seed' | 'random_seed';
  /** What a call's id must look like. */
  readonly callId: RegExp;
}

const set = (...fields: readonly OptionalField[]): ReadonlySet<OptionalField> => new Set(fields);

/** OpenAI's own (platform.openai.com/docs/api-reference/chat/create, 2026-11). It refuses ids of more than 40 characters. */
const OPENAI: ChatWays = {
  takes: set(
    ...(['seed', 'frequency_penalty', 'presence_penalty', 'logit_bias', 'logprobs', 'n'] as const),
    ...(['modalities', 'verbosity', 'service_tier', 'user', 'prompt_cache_key'] as const),
    ...(['metadata', 'parallel_tool_calls', 'tool_choice'] as const),
  ),
  knowsDeveloper: true,
  reasoningBack: 'none',
  carriesForeignSeals: false,
  effortForm: 'reasoning_effort',
  efforts: ['none', 'minimal', 'low', 'medium', 'high', 'xhigh'],
  hasThinkingSwitch: false,
  images: 'url',
  documents: 'file',
  takesAudio: true,
  takesVideo: false,
  imagesInResults: false,
  refusalBack: true,
  takesJsonSchema: true,
  takesStrictTools: true,
  takesCustomTools: true,
  takesAllowedTools: true,
  needsParameters: false,
  webSearch: 'web_search_options',
  takesCacheMarks: false,
  takesExtraContent: false,
  metadataNeedsStore: true,
  seedField: 'seed',
  callId: /^[^]{1,40}$/,
};

/** What the rest of the family has in common: chat with function tools. */
const COMPATIBLE: ChatWays = {
  ...OPENAI,
  takes: set('seed', 'frequency_penalty', 'presence_penalty', 'tool_choice'),
  knowsDeveloper: false,
  documents: 'none',
  takesAudio: false,
  refusalBack: false,
  metadataNeedsStore: false,
  takesCustomTools: false,
  takesAllowedTools: false,
  webSearch: 'none',
  callId: /^[^]+$/,
};

/** A server of the operator's own: what it does not take is its own matter. */
const OPEN: ChatWays = {
  ...OPENAI,
  takes: set(...OPENAI.takes, 'top_k'),
  reasoningBack: 'both',
  efforts: EFFORTS,
  documents: 'file-url',
  takesVideo: true,
  imagesInResults: true,
  webSearch: 'any',
  takesExtraContent: true,
  metadataNeedsStore: false,
  callId: /^[^]+$/,
};

export const CHAT_WAYS = {
  openai: OPENAI,
  azure: OPENAI,
  /** docs.mistral.ai/api (2026-11): ids of nine letters or digits, thinking in chunks of the content. */
  mistral: {
    ...COMPATIBLE,
    takes: set(...COMPATIBLE.takes, ...(['n', 'metadata', 'parallel_tool_calls'] as const)),
    reasoningBack: 'thinking-chunk',
    efforts: ['none', 'high'],
    documents: 'document_url',
    takesAudio: true,
    needsParameters: true,
    seedField: 'random_seed',
    callId: /^[a-zA-Z0-9]{9}$/,
  },
  /** console.groq.com/docs/api-reference (2026-11): `n` is 1 alone, log probabilities are refused. */
  groq: {
    ...COMPATIBLE,
    takes: set(...COMPATIBLE.takes, ...(['user', 'service_tier', 'parallel_tool_calls'] as const)),
    reasoningBack: 'reasoning',
    efforts: ['none', 'low', 'medium', 'high'],
  },
  /** docs.x.ai/docs/api-reference (2026-11). */
  xai: {
    ...COMPATIBLE,
    takes: set(...COMPATIBLE.takes, ...(['n', 'logprobs', 'user', 'parallel_tool_calls'] as const)),
    reasoningBack: 'reasoning_content',
    efforts: ['none', 'low', 'medium', 'high'],
  },
  /** api-docs.deepseek.com (2026-11): reasoning must come back within a tool loop and is ignored elsewhere; text alone. */
  deepseek: {
    ...COMPATIBLE,
    takes: set(...COMPATIBLE.takes, 'logprobs'),
    reasoningBack: 'reasoning_content',
    efforts: ['low', 'medium', 'high', 'xhigh', 'max'],
    hasThinkingSwitch: true,
    images: 'none',
    takesJsonSchema: false,
    takesStrictTools: false,
  },
  /** openrouter.ai/docs/api/reference/parameters (2026-11): it takes what any of its models takes. */
  openrouter: {
    ...OPEN,
    takes: set(...[...OPEN.takes].filter((field) => field !== 'n' && field !== 'prompt_cache_key')),
    reasoningBack: 'details',
    takesCacheMarks: true,
    effortForm: 'reasoning',
    webSearch: 'openrouter:web_search',
    takesCustomTools: false,
    takesAllowedTools: false,
    takesExtraContent: false,
  },
  /** docs.ollama.com/api/openai-compatibility (2026-11): images by bytes alone; a tool cannot be chosen. */
  ollama: {
    ...COMPATIBLE,
    takes: set('seed', 'frequency_penalty', 'presence_penalty', 'logprobs'),
    reasoningBack: 'reasoning',
    efforts: ['none', 'low', 'medium', 'high'],
    images: 'data',
    takesStrictTools: false,
  },
  /** Vertex's open models (docs.cloud.google.com/vertex-ai/generative-ai/docs/maas/capabilities, 2026-11). */
  google: {
    ...COMPATIBLE,
    takes: set(...COMPATIBLE.takes, ...(['n', 'logprobs', 'user', 'parallel_tool_calls'] as const)),
    reasoningBack: 'reasoning_content',
    efforts: ['none', 'low', 'medium', 'high'],
  },
  gateway: { ...OPEN, takesCacheMarks: true, carriesForeignSeals: true },
  custom: OPEN,
} as const satisfies Partial<Record<ProviderSlug, ChatWays>>;

const BY_SLUG: Partial<Record<ProviderSlug, ChatWays>> = CHAT_WAYS;

/** A vendor that the table does not name is taken for a server of the operator's own. */
export function chatWaysOf(slug: ProviderSlug): ChatWays {
  return BY_SLUG[slug] ?? OPEN;
}
