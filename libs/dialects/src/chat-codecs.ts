import type { ChatDialect } from '@tollgate/contracts';
import { anthropicMessagesCodec } from './anthropic-messages/anthropic-messages.codec.ts';
import type { ChatCodec } from './chat-codec.ts';
import { geminiGenerateCodec } from './gemini-generate/gemini-generate.codec.ts';
import { openaiChatCodec } from './openai-chat/openai-chat.codec.ts';
import { openaiResponsesCodec } from './openai-responses/openai-responses.codec.ts';
import { tollgateChatCodec } from './tollgate-chat/tollgate-chat.codec.ts';

/** How each chat dialect is carried over to the neutral model and back. */
export const CHAT_CODECS = {
  'anthropic-messages': anthropicMessagesCodec,
  'openai-chat': openaiChatCodec,
  'openai-responses': openaiResponsesCodec,
  'tollgate-chat': tollgateChatCodec,
  'gemini-generate': geminiGenerateCodec,
} satisfies Partial<Record<ChatDialect, ChatCodec>>;
