import type { CallHeader } from '@tollgate/contracts';
import type { ClientRequest } from '@tollgate/providers';

/** A call of the bus, as far as providers must know it. */
export function clientRequestOf(header: CallHeader, body: Uint8Array): ClientRequest {
  const request: ClientRequest = {
    dialect: header.dialect,
    operation: header.operation,
    body,
    stream: header.stream,
    usageAsked: header.usageAsked,
    modelAsked: header.modelAsked,
    outputCap: header.outputCap,
    requestId: header.requestId,
  };
  const { clientHeaders, target } = header;
  // Most calls have neither: an object that is spread is dearer to make, and each call makes one.
  if (clientHeaders === undefined && target === undefined) return request;
  return {
    ...request,
    ...(clientHeaders === undefined ? undefined : { clientHeaders }),
    ...(target === undefined ? undefined : { target }),
  };
}
