import type { Attempt, RequestRecord } from '@tollgate/contracts';
import type { PlatformUse } from './settlement-row.ts';

export const NO_PLATFORM_USE: PlatformUse = Object.freeze({ cost: '0', tokens: 0, requests: 0 });

/**
 * What the attempts over connections of the operator's used; where attempts are not known, all of it or nothing. A request
 * counts as theirs once one of them answered, wholly or in part: failures are free.
 */
export function platformUse(
  record: Pick<RequestRecord, 'attempts' | 'access' | 'usage' | 'costPicoUsd'>,
): PlatformUse {
  const { attempts, usage, costPicoUsd } = record;
  if (attempts.length === 0) {
    if (record.access !== 'platform') return NO_PLATFORM_USE;
    return { cost: costPicoUsd, tokens: usage.inputTokens + usage.outputTokens, requests: 1 };
  }
  const theirs = attempts.filter(hasAnswered);
  if (theirs.length === 0) return NO_PLATFORM_USE;
  let cost = 0n;
  let tokens = 0;
  for (const attempt of theirs) {
    cost += BigInt(attempt.costPicoUsd);
    if (attempt.usage) tokens += attempt.usage.inputTokens + attempt.usage.outputTokens;
  }
  return { cost: cost.toString(), tokens, requests: 1 };
}

function hasAnswered({ access, code, usage, costPicoUsd }: Attempt): boolean {
  return access === 'platform' && (code === null || usage !== null || /[1-9]/.test(costPicoUsd));
}
