import { succeed } from '@tollgate/contracts';
import type { Conversation, MediaSource, Part } from '@tollgate/neutral';
import type { ChatWire } from '../chat-wire.ts';
import { customNames } from './custom-tools.ts';
import { decodeAnswer } from './decode-answer.ts';
import { mustBeFetched } from './encode-media.ts';
import { encodeRequest } from './encode-request.ts';
import { AnthropicStreamReader } from './stream-reader.ts';

export interface ChatWireParts {
  readonly path: string;
  readonly headers: string[];
  readonly credential: string | null;
  /** The platform reads no URLs: all media are wanted as bytes. Default: those that Anthropic does not fetch itself. */
  readonly readsNoUrls?: boolean;
}

const MOST_MEDIA = 32;

/** Anthropic's messages in neutral terms. */
export function chatWire(parts: ChatWireParts): ChatWire {
  const { path, headers, credential, readsNoUrls = false } = parts;
  return {
    mediaToFetch: (conversation) => mediaToFetch(conversation, readsNoUrls),
    encodeRequest: (request) => {
      const body = Buffer.from(JSON.stringify(encodeRequest(request)));
      return succeed({ path, headers, body, droppedParams: [] });
    },
    decodeAnswer: (body, { conversation }) =>
      decodeAnswer(body, credential, customNames(conversation)),
    streamReader: ({ conversation }, emit) =>
      new AnthropicStreamReader(credential, customNames(conversation), emit),
  };
}

function mediaToFetch({ messages }: Conversation, readsNoUrls: boolean): readonly string[] {
  const urls = new Set<string>();
  for (const { parts } of messages)
    for (const source of sourcesOf(parts))
      if (source.kind === 'url' && (readsNoUrls || mustBeFetched(source))) urls.add(source.url);
  return [...urls].slice(0, MOST_MEDIA);
}

function* sourcesOf(parts: readonly Part[]): Generator<MediaSource> {
  for (const part of parts) {
    if (part.type === 'image' || part.type === 'document') yield part.source;
    if (part.type === 'tool-result') yield* sourcesOf(part.parts);
  }
}
