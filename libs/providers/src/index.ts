export type { ChatWire, DecodedAnswer, StreamReader, WireRequest } from './chat-wire.ts';
export type {
  AnswerFacts,
  AwsCredentials,
  ClientRequest,
  ConnectionParts,
  DecodedResponse,
  Emit,
  ModelList,
  Provider,
  ProviderConnection,
  RefusedAnswer,
  Signing,
  StreamDecoder,
  UpstreamRequest,
} from './provider.ts';
export { connectionFor } from './connection-for.ts';
export { defaultBaseUrl, PROVIDERS } from './provider-registry.ts';
export { MAX_ANSWER_BYTES, MAX_EVENT_BYTES, MAX_REFUSAL_BYTES } from './limits.ts';
export type { CountTokensWire } from './count-tokens-wire.ts';
export type {
  DecodedOperation,
  OperationRequest,
  OperationWire,
  OperationWires,
} from './operation-wire.ts';
