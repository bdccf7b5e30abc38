import { succeed } from '@tollgate/contracts';
import type { ChatWire } from '../chat-wire.ts';
import { decodeAnswer } from './decode-answer.ts';
import { encodeOllama } from './encode-request.ts';
import { OllamaStreamReader } from './stream-reader.ts';

const MOST_URLS = 32;
const NONE: readonly string[] = [];

/** Ollama's own chat (docs.ollama.com/api/chat): newline-delimited JSON. It takes images only as bytes. */
export function ollamaWire(path: string, headers: string[]): ChatWire {
  return {
    mediaToFetch: ({ messages }) => {
      const urls = new Set<string>();
      for (const { parts } of messages)
        for (const part of parts)
          for (const inner of part.type === 'tool-result' ? part.parts : [part])
            if (inner.type === 'image' && inner.source.kind === 'url') urls.add(inner.source.url);
      return [...urls].slice(0, MOST_URLS);
    },
    encodeRequest: (request) => {
      const body = Buffer.from(JSON.stringify(encodeOllama(request)));
      return succeed({ path, headers, body, droppedParams: NONE });
    },
    decodeAnswer,
    streamReader: (request, emit) => new OllamaStreamReader(request, emit),
  };
}
