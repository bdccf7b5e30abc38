import type { ChatDialect } from '@tollgate/contracts';
import { anthropicMessagesCodec } from './anthropic-messages/anthropic-messages.codec.ts';
import type { ChatCodec } from './chat-codec.ts';
import { geminiGenerateCodec } from './gemini-generate/gemini-generate.codec.ts';
import { openaiChatCodec } from './openai-chat/openai-chat.codec.ts';
import { openaiCompletionsCodec } from './openai-completions/openai-completions.codec.ts';
import { openaiResponsesCodec } from './openai-responses/openai-responses.codec.ts';
import { tollgateChatCodec } from './tollgate-chat/tollgate-chat.codec.ts';
import { tollgateCompleteCodec } from './tollgate-complete/tollgate-complete.codec.ts';
import { tollgateVisionCodec } from './tollgate-vision/tollgate-vision.codec.ts';

/** How each chat dialect is carried over to the neutral model and back. */
export const CHAT_CODECS = {
  'anthropic-messages': anthropicMessagesCodec,
  'openai-chat': openaiChatCodec,
  'openai-responses': openaiResponsesCodec,
  'openai-completions': openaiCompletionsCodec,
  'tollgate-chat': tollgateChatCodec,
  'tollgate-complete': tollgateCompleteCodec,
  'tollgate-vision': tollgateVisionCodec,
  'gemini-generate': geminiGenerateCodec,
} satisfies Record<ChatDialect, ChatCodec>;
