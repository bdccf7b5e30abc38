import { succeed } from '@tollgate/contracts';
import type { ChatWire } from '../chat-wire.ts';
import { decodeAnswer } from './decode-answer.ts';
import type { ResponsesReading } from './decode-response.ts';
import { encodeRequest } from './encode-request.ts';
import { ResponsesStreamReader } from './stream-reader.ts';

export interface ResponsesEndpoint extends ResponsesReading {
  /** With query. */
  readonly path: string;
  /** Names and values in turn. */
  readonly headers: string[];
}

const MOST_MEDIA = 32;

/** The responses API in neutral terms. Pictures and documents go by URL; only sound must be inline. */
export function responsesWire(endpoint: ResponsesEndpoint): ChatWire {
  const { path, headers } = endpoint;
  return {
    mediaToFetch: ({ messages }) => {
      const urls = new Set<string>();
      for (const { parts } of messages)
        for (const part of parts)
          if (part.type === 'audio' && part.source.kind === 'url') urls.add(part.source.url);
      return [...urls].slice(0, MOST_MEDIA);
    },
    encodeRequest: (request) => {
      const body = Buffer.from(JSON.stringify(encodeRequest(request)));
      return succeed({ path, headers, body, droppedParams: [] });
    },
    decodeAnswer: (body) => decodeAnswer(body, endpoint),
    streamReader: (_request, emit) => new ResponsesStreamReader(endpoint, emit),
  };
}
