export type { AnswerContext, ChatCodec, EmitFrame, StreamEncoder } from './chat-codec.ts';
export type {
  Dialect,
  FailureContext,
  JsonSchema,
  ParsedRequest,
  RequestTarget,
} from './dialect.ts';
export {
  anthropicCountTokens,
  anthropicMessages,
} from './anthropic-messages/anthropic-messages.dialect.ts';
export { anthropicCountTokensCodec } from './anthropic-messages/count-tokens.codec.ts';
export type { CountTokensCodec } from './count-tokens-codec.ts';
export { CHAT_CODECS } from './chat-codecs.ts';
export { checkMetadata } from './chat/fields.ts';
export { geminiGenerate } from './gemini-generate/gemini-generate.dialect.ts';
export { GeminiJsonArray } from './gemini-generate/json-array.ts';
export { MAX_DEPTH, readObject, withoutMember, type JsonObject } from './json/read-object.ts';
export {
  type JsonMember,
  type ScanLimits,
  type ScanReason,
  type ScanResult,
  scanTopLevel,
} from './json/scan.ts';
export { optional } from './json/optional.ts';
export { decodeMediaUrl } from './media/data-url.ts';
export { decodeAnnotation, encodeAnnotation } from './openai-chat/annotations.ts';
export {
  argumentsText,
  decodeToolCall,
  readThoughtSignature,
} from './openai-chat/decode-tool-calls.ts';
export { thoughtSignature } from './openai-chat/encode-parts.ts';
export {
  decodeReasoningDetails,
  encodeReasoningDetails,
  reasoningHead,
} from './openai-chat/reasoning-details.ts';
export { openaiChat } from './openai-chat/openai-chat.dialect.ts';
export { openaiCompletions } from './openai-completions/openai-completions.dialect.ts';
export { openaiResponses } from './openai-responses/openai-responses.dialect.ts';
export {
  profileClassKey,
  profileClassOf,
  type RequestProfile,
} from './profile/request-profile.ts';
export { tollgateChat } from './tollgate-chat/tollgate-chat.dialect.ts';
export { tollgateComplete } from './tollgate-complete/tollgate-complete.dialect.ts';
export { tollgateVision } from './tollgate-vision/tollgate-vision.dialect.ts';
export { geminiEmbed } from './gemini-embed/gemini-embed.dialect.ts';
export { type Form, readForm } from './multipart/form-fields.ts';
export type { FormPart } from './multipart/scan-multipart.ts';
export { openaiEmbeddings } from './openai-embeddings/openai-embeddings.dialect.ts';
export { openaiImageEdits } from './openai-image-edits/openai-image-edits.dialect.ts';
export { openaiImages } from './openai-images/openai-images.dialect.ts';
export { openaiModeration } from './openai-moderation/openai-moderation.dialect.ts';
export { openaiSpeech } from './openai-speech/openai-speech.dialect.ts';
export {
  openaiTranscription,
  openaiTranslation,
} from './openai-transcription/openai-transcription.dialect.ts';
export type {
  AnyOperationCodec,
  EncodedAnswer,
  OperationCodec,
  OperationContext,
  OperationSource,
  OperationStreamEncoder,
} from './operation-codec.ts';
export { OPERATION_CODECS } from './operation-codecs.ts';
export { tollgateImage } from './tollgate-image/tollgate-image.dialect.ts';
export {
  type FindKept,
  idsOfOthers,
  type KeptResponse,
  keptResponse,
  referencesOf,
  referencesOfKept,
  withKept,
} from './openai-responses/kept-response.ts';
export { OWN_MARK, ownResponseOf } from './openai-responses/own-ids.ts';
