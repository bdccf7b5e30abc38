import type { Conversation, Part } from '@tollgate/neutral';
import type { ChatWays } from './chat-ways.ts';

const MOST = 32;

/** URLs in the conversation whose bytes the vendor wants, each once. */
export function mediaToFetch(conversation: Conversation, ways: ChatWays): readonly string[] {
  const urls = new Set<string>();
  for (const { parts } of conversation.messages)
    for (const part of parts) collect(part, ways, urls);
  return [...urls].slice(0, MOST);
}

function collect(part: Part, ways: ChatWays, urls: Set<string>): void {
  if (part.type === 'tool-result') {
    for (const inner of part.parts) collect(inner, ways, urls);
    return;
  }
  if (wantsBytes(part, ways) && 'source' in part && part.source.kind === 'url')
    urls.add(part.source.url);
}

function wantsBytes(part: Part, ways: ChatWays): boolean {
  switch (part.type) {
    case 'image':
      return ways.images === 'data';
    case 'document':
      return ways.documents === 'file' || ways.documents === 'none';
    case 'audio':
      return ways.takesAudio;
    default:
      return false;
  }
}
