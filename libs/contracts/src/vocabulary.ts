import { z } from 'zod';

/** The vendors that Tollgate connects, by the slug that the API uses. */
export const PROVIDER_SLUGS = [
  'openai',
  'anthropic',
  'google',
  'xai',
  'groq',
  'ollama',
  'azure',
  'bedrock',
  'mistral',
  'deepseek',
  'openrouter',
  'gateway',
  'custom',
] as const;
export const providerSlug = z.enum(PROVIDER_SLUGS);
export type ProviderSlug = z.infer<typeof providerSlug>;

/** Those with one endpoint for everybody: a key that comes with a request goes nowhere else. */
export const FIXED_ENDPOINT_PROVIDERS = [
  'openai',
  'anthropic',
  'google',
  'xai',
  'groq',
  'mistral',
  'deepseek',
  'openrouter',
] as const satisfies readonly ProviderSlug[];

/** What a model can do, and what a request may need. */
export const CAPABILITIES = [
  'text',
  'vision',
  'audio',
  'video',
  'documents',
  'tools',
  'json_schema',
  'reasoning',
  'embeddings',
  'images',
  'speech',
  'transcription',
  'moderation',
] as const;
export const capability = z.enum(CAPABILITIES);
export type Capability = z.infer<typeof capability>;

export const STRATEGIES = [
  'cheapest',
  'fastest',
  'balanced',
  'quality',
  'priority',
  'weighted',
] as const;
export const strategy = z.enum(STRATEGIES);
export type Strategy = z.infer<typeof strategy>;

export const RESPONSE_PROFILES = ['fast', 'balanced', 'deep'] as const;
export const responseProfile = z.enum(RESPONSE_PROFILES);
export type ResponseProfile = z.infer<typeof responseProfile>;

/** What clients speak: one for each kind of body at the ingress. */
export const DIALECTS = [
  'openai-chat',
  'tollgate-chat',
  'tollgate-complete',
  'tollgate-vision',
  'tollgate-image',
  'openai-completions',
  'openai-responses',
  'openai-embeddings',
  'openai-images',
  'openai-image-edits',
  'openai-speech',
  'openai-transcription',
  'openai-translation',
  'openai-moderation',
  'anthropic-messages',
  'anthropic-count-tokens',
  'gemini-generate',
  'gemini-embed',
] as const;
export const dialect = z.enum(DIALECTS);
export type Dialect = z.infer<typeof dialect>;

/** Dialects of a conversation: any of them may reach any chat model. */
export const CHAT_DIALECTS = [
  'openai-chat',
  'tollgate-chat',
  'tollgate-complete',
  'tollgate-vision',
  'openai-completions',
  'openai-responses',
  'anthropic-messages',
  'gemini-generate',
] as const satisfies readonly Dialect[];
export type ChatDialect = (typeof CHAT_DIALECTS)[number];

export const OPERATIONS = [
  'chat',
  'count_tokens',
  'embeddings',
  'images',
  'speech',
  'transcription',
  'moderation',
] as const;
export const operation = z.enum(OPERATIONS);
export type Operation = z.infer<typeof operation>;

/** Whose credential a connection has: the operator's, paid for from an organization's credits, or the project's own. */
export const access = z.enum(['platform', 'byok']);
export type Access = z.infer<typeof access>;

export const PAYLOAD_CAPTURES = ['none', 'metadata', 'full'] as const;
export const payloadCapture = z.enum(PAYLOAD_CAPTURES);
export type PayloadCapture = z.infer<typeof payloadCapture>;

export const METRICS = ['cost', 'tokens', 'requests'] as const;
export const metric = z.enum(METRICS);
export type Metric = z.infer<typeof metric>;

export const WINDOWS = ['minute', 'hour', 'day', 'month', 'total'] as const;
export const quotaWindow = z.enum(WINDOWS);
export type QuotaWindow = z.infer<typeof quotaWindow>;
