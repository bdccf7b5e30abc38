import type { Behaviour } from '../behaviours/behaviour.ts';
import type { Exchange } from '../http/exchange.ts';
import { generationMs, type Timing } from '../timing/timing.ts';
import { garbage } from './faults.ts';
import { type Refusal, refusalText, usualRefusal } from './refusal.ts';

export interface UnaryPlan {
  readonly body: string;
  /** How many tokens the answer took to generate: that long it takes to come. */
  readonly tokens: number;
  readonly completionTokens: number;
  readonly timing: Timing;
  readonly behaviour: Behaviour | undefined;
}

/**
 * Sends an answer in one. It has no chunks, so a fault after 0 chunks comes before the head, any other in the
 * middle of the body; garbage takes the place of the body.
 */
export async function sendUnary(exchange: Exchange, plan: UnaryPlan): Promise<void> {
  const { behaviour, timing } = plan;
  const durationMs = timing.delayMs + generationMs(timing, plan.tokens);
  if (durationMs > 0) await exchange.pause(durationMs);
  const faultAt = behaviour?.cutAfterChunks ?? behaviour?.stallAfterChunks;
  const content = behaviour?.garbageAfterChunks === undefined ? Buffer.from(plan.body) : garbage;
  if (faultAt !== 0) {
    exchange.head(behaviour?.status ?? 200, {
      'content-type': 'application/json',
      'content-length': content.length,
      'x-request-id': exchange.record.id,
      ...behaviour?.headers,
    });
    const half = faultAt === undefined ? content.length : Math.floor(content.length / 2);
    exchange.record.completionTokens = exchange.isOpen ? plan.completionTokens : 0;
    await exchange.write(content.subarray(0, half));
  }
  if (behaviour?.cutAfterChunks !== undefined) await exchange.cut();
  else if (behaviour?.stallAfterChunks !== undefined) exchange.stall();
  else exchange.end();
}

/** Whether a behaviour replaces the answer as such: by a failure, or by a body of its own. */
export function replacesAnswer(behaviour: Behaviour | undefined): behaviour is Behaviour {
  return behaviour !== undefined && (isFailure(behaviour) || behaviour.body !== undefined);
}

/** Sends the behaviour's own body, or the failure that goes with its status. Nothing is billed for a failure. */
export async function sendReplacement(
  exchange: Exchange,
  behaviour: Behaviour,
  timing: Timing,
  say: (refusal: Refusal) => string = refusalText,
): Promise<void> {
  if (timing.delayMs > 0) await exchange.pause(timing.delayMs);
  const status = behaviour.status ?? 200;
  const content = Buffer.from(replacement(behaviour, status, say));
  exchange.head(status, {
    'content-type': 'application/json',
    'content-length': content.length,
    'x-request-id': exchange.record.id,
    ...behaviour.headers,
  });
  await exchange.write(content);
  exchange.end();
}

/** Whether nothing is billed for what the behaviour answers. */
export function isFailure(behaviour: Behaviour | undefined): boolean {
  return (behaviour?.status ?? 200) >= 400;
}

function replacement(
  behaviour: Behaviour,
  status: number,
  say: (refusal: Refusal) => string,
): string {
  if (behaviour.body === undefined) return say(usualRefusal(status));
  return typeof behaviour.body === 'string' ? behaviour.body : JSON.stringify(behaviour.body);
}
