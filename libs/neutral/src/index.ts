export type { Answer, Choice, Finish, FinishReason, TokenLogprob } from './answer.ts';
export { FINISH_REASONS } from './answer.ts';
export type { AnswerEvent, EmitEvent } from './answer-event.ts';
export {
  type Conversation,
  CONVERSATION_FIELDS,
  type ConversationField,
  type CustomTool,
  type Effort,
  EFFORTS,
  type FunctionTool,
  type Message,
  nameOfCall,
  type OutputFormat,
  type ReasoningWish,
  type Role,
  type ServerTool,
  type Tool,
  type ToolChoice,
} from './conversation.ts';
export { AnswerFold, unfoldAnswer } from './fold.ts';
export { Losses, type LossPolicy } from './losses.ts';
export {
  type FetchedMedia,
  type FetchedMediaMap,
  type MediaSource,
  type Wire,
  WIRES,
} from './media.ts';
export { carryOpaque, type Opaque, readOpaque } from './opaque.ts';
export type {
  AnswerPart,
  AudioPart,
  CacheMark,
  Citation,
  DocumentPart,
  ForeignPart,
  ImagePart,
  Part,
  ReasoningPart,
  RefusalPart,
  TextPart,
  ToolCallPart,
  ToolResultPart,
  VideoPart,
} from './parts.ts';
export { vectorFromBase64, vectorToBase64 } from './operations/base64-vector.ts';
export {
  EMBEDDING_PURPOSES,
  type EmbeddingAnswer,
  type EmbeddingInput,
  type EmbeddingPurpose,
  type EmbeddingRequest,
  type Vector,
} from './operations/embeddings.ts';
export type { GeneratedImage, ImageAnswer, ImageRequest } from './operations/images.ts';
export type {
  ModerationAnswer,
  ModerationFinding,
  ModerationRequest,
} from './operations/moderation.ts';
export {
  type OperationPieces,
  type OperationTypes,
  PIECES_OF,
  type PlainOperation,
} from './operations/operation-types.ts';
export type { SpeechAnswer, SpeechRequest } from './operations/speech.ts';
export type {
  TranscribedSpan,
  TranscriptionAnswer,
  TranscriptionRequest,
} from './operations/transcription.ts';
export { parseArguments, parseWithArguments } from './exact-json.ts';
