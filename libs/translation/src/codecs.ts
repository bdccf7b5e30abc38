import type { Dialect } from '@tollgate/contracts';
import { CHAT_CODECS, type ChatCodec } from '@tollgate/dialects';

const BY_NAME: ReadonlyMap<string, ChatCodec> = new Map(Object.entries<ChatCodec>(CHAT_CODECS));

/** Undefined for a dialect that is no chat. */
export function codecFor(dialect: Dialect): ChatCodec | undefined {
  return BY_NAME.get(dialect);
}
