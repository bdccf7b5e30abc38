import type { CallHeader } from '@tollgate/contracts';
import type { ClientRequest } from '@tollgate/providers';

/** A call of the bus, as far as providers must know it. */
export function clientRequestOf(header: CallHeader, body: Uint8Array): ClientRequest {
  const { clientHeaders, target } = header;
  return {
    dialect: header.dialect,
    operation: header.operation,
    body,
    stream: header.stream,
    usageAsked: header.usageAsked,
    modelAsked: header.modelAsked,
    outputCap: header.outputCap,
    requestId: header.requestId,
    ...(clientHeaders === undefined ? undefined : { clientHeaders }),
    ...(target === undefined ? undefined : { target }),
  };
}
