import type { Dialect } from '@tollgate/contracts';
import type { PlainOperation } from '@tollgate/neutral';

/** The dialects whose bytes pass through, by what they ask for. */
export const OPERATION_OF: ReadonlyMap<Dialect, PlainOperation> = new Map<Dialect, PlainOperation>([
  ['openai-embeddings', 'embeddings'],
  ['openai-images', 'images'],
  ['tollgate-image', 'images'],
  ['openai-speech', 'speech'],
  ['openai-transcription', 'transcription'],
  ['openai-moderation', 'moderation'],
]);

/** What stands where chat has `/chat/completions`. */
export const OPERATION_PATHS = {
  embeddings: '/embeddings',
  images: '/images/generations',
  speech: '/audio/speech',
  transcription: '/audio/transcriptions',
  moderation: '/moderations',
} as const satisfies Record<PlainOperation, string>;

const CHAT = '/chat/completions';

/** The path of an operation, from that of the same model's chat: a vendor keeps both side by side. */
export function operationPath(chatPath: string, operation: PlainOperation): string {
  const at = chatPath.lastIndexOf(CHAT);
  return chatPath.slice(0, at) + OPERATION_PATHS[operation] + chatPath.slice(at + CHAT.length);
}
