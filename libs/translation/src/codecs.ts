import type { ChatDialect, Dialect } from '@tollgate/contracts';
import type { ChatCodec } from '@tollgate/dialects';

/** The codecs of the chat dialects that may reach any provider. */
export const CHAT_CODECS: Readonly<Partial<Record<ChatDialect, ChatCodec>>> = {};

const BY_NAME: ReadonlyMap<string, ChatCodec> = new Map(Object.entries(CHAT_CODECS));

/** Undefined for a dialect that is no chat. */
export function codecFor(dialect: Dialect): ChatCodec | undefined {
  return BY_NAME.get(dialect);
}
