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
import { embeddingsWire } from './embeddings-wire.ts';
import { encodeBody } from './encode-body.ts';
import { encodeForm, formTypeOf } from './encode-form.ts';
import { OPERATION_OF, operationPath } from './endpoints.ts';
import { OperationStreamDecoder } from './stream-decoder.ts';

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
  const otherHeaders = withoutContentType(headers);
  return {
    dialects: [...served.keys()],
    wires: operations.served.includes('embeddings')
      ? { embeddings: wireOf({ chatPathOf, headers, reading }) }
      : {},
    serves: ({ dialect }) => served.has(dialect),
    encodeRequest: (request, model) => {
      const operation = served.get(request.dialect);
      if (!operation) return fail(failure('request.unsupported_by_provider'));
      const path = operationPath(chatPathOf(model), operation);
      if (operation === 'transcription') {
        const body = encodeForm(request, model);
        if (!body) return fail(failure('request.validation_error'));
        const typed = ['content-type', formTypeOf(request), ...otherHeaders];
        return succeed({ path, headers: typed, body, droppedParams: NONE });
      }
      const encoded = encodeBody(request, operation, model, operations);
      if (!encoded) return fail(failure('request.validation_error'));
      return succeed({ path, headers, ...encoded });
    },
    decodeResponse: (request, body, contentType) => {
      const operation = served.get(request.dialect);
      if (operation) return decodeResponse(operation, request, body, contentType, reading);
      return { ok: false, failure: failure('request.unsupported_by_provider') };
    },
    streamDecoder: (emit) => new OperationStreamDecoder(reading, emit),
  };
}

const NONE: readonly string[] = [];

function withoutContentType(headers: readonly string[]): readonly string[] {
  const at = headers.indexOf('content-type');
  return headers.filter((_, index) => index !== at && index !== at + 1);
}
