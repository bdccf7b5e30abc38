import {
  type Dialect,
  fail,
  failure,
  type Failure,
  type Result,
  succeed,
} from '@tollgate/contracts';
import type { OperationWires } from '../operation-wire.ts';
import type { Quirks } from '../openai-compatible/quirks.ts';
import type {
  ClientRequest,
  ConnectionParts,
  DecodedResponse,
  Emit,
  StreamDecoder,
  UpstreamRequest,
} from '../provider.ts';
import { decodeResponse, type OperationReading } from './decode-response.ts';
import { audioFormatAsked } from './audio-format.ts';
import { embeddingsWire } from './embeddings-wire.ts';
import { encodeBody } from './encode-body.ts';
import { encodeForm, formTypeOf, isForm } from './encode-form.ts';
import { ENDPOINTS, OPERATION_OF, operationPath } from './endpoints.ts';
import { SoundRelay } from './sound-relay.ts';
import { OperationStreamDecoder } from './stream-decoder.ts';
import { WholeRelay } from './whole-relay.ts';

/** The part of a connection that serves OpenAI's operations beside chat. */
export interface OperationsSide {
  /** Whose bytes pass through. */
  readonly dialects: readonly Dialect[];
  /** For clients that speak another dialect. */
  readonly wires: OperationWires;
  serves(request: ClientRequest): boolean;
  encodeRequest(request: ClientRequest, model: string): Result<UpstreamRequest, Failure>;
  decodeResponse(request: ClientRequest, body: Buffer, contentType?: string): DecodedResponse;
  streamDecoder(emit: Emit): StreamDecoder;
  bodyDecoder(
    request: ClientRequest,
    contentType: string | undefined,
    emit: Emit,
  ): StreamDecoder | null;
}

/** Made once for a connection. @param headers names and values in turn, for a JSON body */
export function operationsSideOf(
  quirks: Quirks,
  { config, credential }: Pick<ConnectionParts, 'config' | 'credential'>,
  basePath: string,
  headers: string[],
): OperationsSide {
  const { operations } = quirks;
  const pathOf = quirks.chatPath(basePath, config);
  const chatPathOf = (model: string): string => pathOf(model, false);
  const reading: OperationReading = { quirks, credential };
  const served = new Map(
    [...OPERATION_OF].filter(([, operation]) => operations.served.includes(operation)),
  );
  const wireOf = operations.ownEmbeddings ?? embeddingsWire;
  const parts = { chatPathOf, headers, reading };
  const otherHeaders = withoutContentType(headers);
  return {
    dialects: [...served.keys()],
    wires: {
      ...(operations.served.includes('embeddings') ? { embeddings: wireOf(parts) } : {}),
      ...(operations.ownImages ? { images: operations.ownImages(parts) } : {}),
    },
    serves: ({ dialect }) => served.has(dialect),
    encodeRequest: (request, model) => {
      const operation = served.get(request.dialect);
      if (!operation) return fail(failure('request.unsupported_by_provider'));
      const path = operationPath(chatPathOf(model), operation);
      if (isForm(request)) {
        const body = encodeForm(request, model);
        if (!body) return fail(failure('request.validation_error'));
        const typed = ['content-type', formTypeOf(request), ...otherHeaders];
        return succeed({ path, headers: typed, body, droppedParams: NONE });
      }
      const encoded = encodeBody(request, operation, model, operations);
      if (!encoded) return fail(failure('request.validation_error'));
      return succeed({ path, headers, ...encoded });
    },
    bodyDecoder: (request, contentType, emit) => {
      if (request.stream)
        return isEventStream(contentType)
          ? null
          : new WholeRelay((body) => decodeWhole(request, body, contentType));
      if (served.get(request.dialect) !== 'speech' || isJson(contentType)) return null;
      const format = audioFormatAsked(request.body);
      return new SoundRelay(contentType ?? format.mediaType, format, emit);
    },
    decodeResponse: decodeWhole,
    streamDecoder: (emit) => new OperationStreamDecoder(reading, emit),
  };

  function decodeWhole(
    request: ClientRequest,
    body: Buffer,
    contentType: string | undefined,
  ): DecodedResponse {
    const operation = served.get(request.dialect);
    if (!operation) return { ok: false, failure: failure('request.unsupported_by_provider') };
    const { answers } = ENDPOINTS[operation];
    return decodeResponse(answers, request, body, contentType, reading);
  }
}

function isEventStream(contentType: string | undefined): boolean {
  return contentType === undefined || /^text\/event-stream\b/i.test(contentType);
}

function isJson(contentType: string | undefined): boolean {
  return contentType !== undefined && /^application\/json\b/i.test(contentType);
}

const NONE: readonly string[] = [];

function withoutContentType(headers: readonly string[]): readonly string[] {
  const at = headers.indexOf('content-type');
  return headers.filter((_, index) => index !== at && index !== at + 1);
}
