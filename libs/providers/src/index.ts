export type {
  AnswerFacts,
  ClientRequest,
  ConnectionParts,
  DecodedResponse,
  Emit,
  ModelList,
  Provider,
  ProviderConnection,
  RefusedAnswer,
  StreamDecoder,
  UpstreamRequest,
} from './provider.ts';
export { defaultBaseUrl, PROVIDERS } from './provider-registry.ts';
export { MAX_ANSWER_BYTES, MAX_EVENT_BYTES, MAX_REFUSAL_BYTES } from './limits.ts';
