import type { ChatDialect } from '@tollgate/contracts';
import type { ChatCodec } from './chat-codec.ts';

/** How each chat dialect is carried over to the neutral model and back. */
export const CHAT_CODECS = {} satisfies Partial<Record<ChatDialect, ChatCodec>>;
