import { isObject } from '../json-schema/json.ts';
import type { Message } from './chat-request.ts';

const bytesPerToken = 4;
const tokensPerMessage = 3;
/** An image, a sound or a file, whatever its size (what OpenAI takes for an image of low detail). */
const tokensPerAttachment = 85;

/** ceil(UTF-8 bytes of all contents / 4) + 3 for each message + 85 for each part that is not text. */
export function promptTokensOf(messages: readonly Message[]): number {
  let bytes = 0;
  let attachments = 0;
  for (const { content } of messages) {
    if (typeof content === 'string') bytes += Buffer.byteLength(content);
    else if (Array.isArray(content)) {
      for (const part of content) {
        if (isObject(part) && typeof part.text === 'string') bytes += Buffer.byteLength(part.text);
        else attachments += 1;
      }
    }
  }
  return (
    Math.ceil(bytes / bytesPerToken) +
    messages.length * tokensPerMessage +
    attachments * tokensPerAttachment
  );
}

/** ceil(UTF-8 bytes / 4), at least 1: what one input of an embeddings request counts. */
export function textTokensOf(text: string): number {
  return Math.max(1, Math.ceil(Buffer.byteLength(text) / bytesPerToken));
}
