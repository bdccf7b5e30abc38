import type { ChatCodec } from '../chat-codec.ts';
import { decodeChatRequest } from '../openai-chat/decode-request.ts';
import { openaiChatCodec } from '../openai-chat/openai-chat.codec.ts';

/** The same wire as OpenAI's, with a closed list of fields; `metadata` is for Tollgate's records alone. */
export const tollgateChatCodec: ChatCodec = {
  ...openaiChatCodec,
  dialect: 'tollgate-chat',
  decodeRequest: (fields) => decodeChatRequest({ ...fields, metadata: undefined }),
};
