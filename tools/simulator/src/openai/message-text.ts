import { isObject } from '../json-schema/json.ts';
import type { Message } from './chat-request.ts';

/** The text of a message's content: itself, or its text parts one after the other. */
export function contentText(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content
    .map((part: unknown) => (isObject(part) && typeof part.text === 'string' ? part.text : ''))
    .join('');
}

/** The text of the last message whose role is `user`, else nothing. */
export function lastUserText(messages: readonly Message[]): string {
  for (let index = messages.length - 1; index >= 0; index -= 1) {
    const message = messages[index];
    if (message?.role === 'user') return contentText(message.content);
  }
  return '';
}
