import type { Dialect } from '@tollgate/contracts';
import type { PlainOperation } from '@tollgate/neutral';

/** An operation of OpenAI's with a path of its own. */
export type OpenAiOperation = PlainOperation | 'image_edits' | 'translation';

/** The dialects whose bytes pass through, by what they ask for. */
export const OPERATION_OF: ReadonlyMap<Dialect, OpenAiOperation> = new Map<
  Dialect,
  OpenAiOperation
>([
  ['openai-embeddings', 'embeddings'],
  ['openai-images', 'images'],
  ['tollgate-image', 'images'],
  ['openai-image-edits', 'image_edits'],
  ['openai-speech', 'speech'],
  ['openai-transcription', 'transcription'],
  ['openai-translation', 'translation'],
  ['openai-moderation', 'moderation'],
]);

interface OperationEndpoint {
  /** What stands where chat has `/chat/completions`. */
  readonly path: string;
  /** What its answers are read as. */
  readonly answers: PlainOperation;
}

export const ENDPOINTS = {
  embeddings: { path: '/embeddings', answers: 'embeddings' },
  images: { path: '/images/generations', answers: 'images' },
  image_edits: { path: '/images/edits', answers: 'images' },
  speech: { path: '/audio/speech', answers: 'speech' },
  transcription: { path: '/audio/transcriptions', answers: 'transcription' },
  translation: { path: '/audio/translations', answers: 'transcription' },
  moderation: { path: '/moderations', answers: 'moderation' },
} as const satisfies Record<OpenAiOperation, OperationEndpoint>;

const CHAT = '/chat/completions';

/** The path of an operation, from that of the same model's chat: a vendor keeps both side by side. */
export function operationPath(chatPath: string, operation: OpenAiOperation): string {
  const at = chatPath.lastIndexOf(CHAT);
  return chatPath.slice(0, at) + ENDPOINTS[operation].path + chatPath.slice(at + CHAT.length);
}
