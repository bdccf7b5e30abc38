import { fail, failure } from '@tollgate/contracts';
import type { ProviderConnection } from '@tollgate/providers';
import type { CallWire } from './call-wire.ts';

/** A connection under `strict`: a field that its vendor does not take is refused, where `lenient` leaves it out by name. */
export function strictPassthrough(connection: ProviderConnection, provider: string): CallWire {
  return {
    encodeRequest: (request, model) => {
      const encoded = connection.encodeRequest(request, model);
      if (!encoded.ok) return encoded;
      const [param] = encoded.value.droppedParams;
      if (param === undefined) return encoded;
      const message = `"${param}" cannot be expressed on ${provider}.`;
      return fail(failure('request.unsupported_by_provider', { param, message }));
    },
    decodeResponse: (request, body, contentType) =>
      connection.decodeResponse(request, body, contentType),
    streamDecoder: (request, emit) => connection.streamDecoder(request, emit),
    bodyDecoder: (request, contentType, emit) =>
      connection.bodyDecoder?.(request, contentType, emit) ?? null,
  };
}
