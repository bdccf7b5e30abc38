import { succeed } from '@tollgate/contracts';
import type { ChatWire } from '../chat-wire.ts';
import type { BedrockConnection } from './connection.ts';
import { decodeAnswer } from './decode-answer.ts';
import { mustBeFetched } from './encode-media.ts';
import { encodeConverse } from './encode-request.ts';
import { ConverseStreamReader } from './stream-reader.ts';

const MOST_URLS = 32;
const NONE: readonly string[] = [];

/** Converse and ConverseStream: one wire for every chat model that Bedrock serves. */
export function converseWire(
  { basePath, defaults }: BedrockConnection,
  headers: string[],
  credential: string | null,
): ChatWire {
  return {
    mediaToFetch: ({ messages }) => {
      const urls = new Set<string>();
      for (const { parts } of messages)
        for (const part of parts)
          for (const inner of part.type === 'tool-result' ? part.parts : [part])
            if ('source' in inner && mustBeFetched(inner.source)) urls.add(inner.source.url);
      return [...urls].slice(0, MOST_URLS);
    },
    encodeRequest: (request) => {
      const action = request.stream ? 'converse-stream' : 'converse';
      const path = `${basePath}/model/${encodeURIComponent(request.model)}/${action}`;
      const body = Buffer.from(JSON.stringify(encodeConverse(request, defaults)));
      return succeed({ path, headers, body, droppedParams: NONE });
    },
    decodeAnswer,
    streamReader: (request, emit) => new ConverseStreamReader(request, credential, emit),
  };
}
