import type { ChatCodec } from '../chat-codec.ts';
import { tollgateChatCodec } from '../tollgate-chat/tollgate-chat.codec.ts';

export const tollgateVisionCodec: ChatCodec = { ...tollgateChatCodec, dialect: 'tollgate-vision' };
