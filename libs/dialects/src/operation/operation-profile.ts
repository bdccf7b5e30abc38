import type { Operation, ResponseProfile } from '@tollgate/contracts';
import { NO_METADATA } from '../chat/fields.ts';
import type { InputTokens } from '../profile/input-tokens.ts';
import { outputBoundOf } from '../profile/output-bound.ts';
import {
  CAPABILITY_BIT,
  capabilitiesOf,
  type NeededCapability,
  type RequestProfile,
} from '../profile/request-profile.ts';

/** What the profiles of operations that are no conversation are made of. */
export interface OperationNeeds {
  readonly operation: Extract<Operation, NeededCapability>;
  readonly modelAsked: string | null;
  readonly tokens: InputTokens;
  readonly stream?: boolean;
  /** 0 where the answer has no tokens. */
  readonly outputCap?: number;
  readonly choices?: number;
  readonly endUser?: string | null;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly responseProfile?: ResponseProfile | null;
}

/** An operation needs the capability of its own name. */
export function operationProfile(needs: OperationNeeds): RequestProfile {
  const { operation, tokens } = needs;
  const capabilityBits = CAPABILITY_BIT[operation];
  return {
    operation,
    modelAsked: needs.modelAsked,
    capabilities: capabilitiesOf(capabilityBits),
    capabilityBits,
    responseProfile: needs.responseProfile ?? null,
    stream: needs.stream ?? false,
    usageAsked: true,
    inputTokensEstimate: tokens.estimate,
    inputTokensBound: tokens.bound,
    outputCap: needs.outputCap ?? null,
    choices: needs.choices ?? 1,
    outputBound: outputBoundOf(operation, tokens),
    hostedToolCalls: 0,
    surcharge: null,
    metadata: needs.metadata ?? NO_METADATA,
    endUser: needs.endUser ?? null,
  };
}
