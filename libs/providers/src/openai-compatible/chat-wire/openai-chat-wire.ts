import { succeed } from '@tollgate/contracts';
import type { ChatWire } from '../../chat-wire.ts';
import type { ChatPath, Quirks } from '../quirks.ts';
import { audioTypeOf } from './audio-type.ts';
import { chatWaysOf } from './chat-ways.ts';
import { decodeChatAnswer } from './decode-answer.ts';
import { encodeChatRequest } from './encode-request.ts';
import { mediaToFetch } from './media-to-fetch.ts';
import { ChatStreamReader } from './stream-reader.ts';

export interface ChatWireParts {
  readonly quirks: Quirks;
  readonly credential: string | null;
  /** Names and values in turn. */
  readonly headers: string[];
  /** With query. */
  readonly pathOf: ChatPath;
}

/** The family's chat completions in neutral terms. */
export function openAiChatWire({ quirks, credential, headers, pathOf }: ChatWireParts): ChatWire {
  const ways = chatWaysOf(quirks.slug);
  return {
    mediaToFetch: (conversation) => mediaToFetch(conversation, ways),
    encodeRequest: (request) =>
      succeed({
        path: pathOf(request.model, request.stream),
        headers,
        body: Buffer.from(JSON.stringify(encodeChatRequest(request, quirks))),
        droppedParams: [],
      }),
    decodeAnswer: (body, request) => decodeChatAnswer(body, request, quirks, credential),
    streamReader: ({ conversation }, emit) =>
      new ChatStreamReader({ quirks, credential, audioType: audioTypeOf(conversation) }, emit),
  };
}
