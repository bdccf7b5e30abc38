import type { ChatCodec } from '../chat-codec.ts';
import { tollgateChatCodec } from '../tollgate-chat/tollgate-chat.codec.ts';
import { chatOfPrompt } from './chat-of-prompt.ts';

export const tollgateCompleteCodec: ChatCodec = {
  ...tollgateChatCodec,
  dialect: 'tollgate-complete',
  decodeRequest: (fields) => tollgateChatCodec.decodeRequest(chatOfPrompt(fields)),
  fieldNames: { messages: 'prompt' },
};
