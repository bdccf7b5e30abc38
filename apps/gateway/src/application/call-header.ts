import type { CallHeader } from '@tollgate/contracts';
import type { RequestProfile } from '@tollgate/dialects';
import type { Reservation } from '../domain/limits/reservation.ts';
import type { AdmittedRequest } from './ports.ts';

/** What goes with a request to its adapter, beside the body and what all of its plan share. */
export function callHeaderOf(
  request: AdmittedRequest,
  profile: RequestProfile,
  order: CallHeader['order'],
  reservation: Reservation | null,
  draw: CallHeader['draw'],
  stages: CallHeader['stages'],
): CallHeader {
  const { metadata } = request;
  return {
    requestId: request.requestId,
    traceparent: request.traceparent,
    receivedAt: request.receivedAt,
    operation: profile.operation,
    dialect: request.dialect.name,
    stream: profile.stream,
    usageAsked: profile.usageAsked,
    modelAsked: profile.modelAsked,
    order,
    outputCap: reservation?.outputCap ?? null,
    inputTokensEstimate: profile.inputTokensEstimate,
    draw,
    ...(draw === null || reservation === null
      ? undefined
      : {
          reserved: {
            inputTokens: reservation.inputTokens,
            outputTokens: reservation.outputTokens,
          },
        }),
    metadata: metadata === null ? profile.metadata : { ...profile.metadata, ...metadata },
    endUser: profile.endUser,
    clientRequestId: request.clientRequestId,
    ...request.extras,
    stages,
  };
}
