import type { ChatCodec } from '../chat-codec.ts';
import { decodeChatRequest } from './decode-request.ts';
import { encodeChatAnswer } from './encode-answer.ts';
import { ChatStreamEncoder } from './stream-encoder.ts';

/** OpenAI's chat completions, with the additions of the family that clients know. */
export const openaiChatCodec: ChatCodec = {
  dialect: 'openai-chat',
  decodeRequest: decodeChatRequest,
  fieldNames: {},
  encodeAnswer: encodeChatAnswer,
  streamEncoder: (context, emit) => new ChatStreamEncoder(context, emit),
};
