import type { CallHeader } from '@tollgate/contracts';
import type { RequestProfile } from '@tollgate/dialects';
import type { AdmittedRequest } from './ports.ts';

/** What was decided of a request on its way to a provider. */
export interface CallTerms extends Pick<CallHeader, 'order' | 'outputCap' | 'draw'> {
  readonly planMs: number;
  readonly grantMs: number;
}

export function callHeaderOf(
  request: AdmittedRequest,
  profile: RequestProfile,
  terms: CallTerms,
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
    order: terms.order,
    outputCap: terms.outputCap,
    inputTokensEstimate: profile.inputTokensEstimate,
    draw: terms.draw,
    metadata: metadata === null ? profile.metadata : { ...profile.metadata, ...metadata },
    endUser: profile.endUser,
    clientRequestId: request.clientRequestId,
    ...request.extras,
    stages: { authMs: request.authMs, planMs: terms.planMs, grantMs: terms.grantMs },
  };
}
