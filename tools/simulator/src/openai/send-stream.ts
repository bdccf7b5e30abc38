import type { Behaviour } from '../behaviours/behaviour.ts';
import type { Exchange } from '../http/exchange.ts';
import type { Timing } from '../timing/timing.ts';
import type { ChatAnswer } from './chat-answer.ts';
import type { ChunkFormat } from './chat-wire-format.ts';
import { faultAfter } from './faults.ts';

export interface StreamPlan {
  readonly answer: ChatAnswer;
  /** How the wire writes the answer piece by piece. */
  readonly format: ChunkFormat;
  readonly timing: Timing;
  readonly behaviour: Behaviour | undefined;
}

/** Streams an answer: head, pause, one chunk for each token, and the tail. Stops where the caller leaves. */
export async function sendStream(exchange: Exchange, plan: StreamPlan): Promise<void> {
  const { answer, timing, behaviour } = plan;
  if (timing.delayMs > 0) await exchange.pause(timing.delayMs);
  exchange.head(behaviour?.status ?? 200, {
    'content-type': plan.format.contentType,
    'cache-control': 'no-cache',
    'x-request-id': answer.id,
    ...behaviour?.headers,
  });
  exchange.flushHead();
  if (timing.ttftMs > 0) await exchange.pause(timing.ttftMs);
  if (!(await faultAfter(0, behaviour, exchange))) return;
  const { format } = plan;
  for (const index of answer.choices.keys()) await exchange.write(format.opening(index));
  exchange.record.completionTokens = answer.usage.completion_tokens_details.reasoning_tokens;
  if (!(await sendContent(exchange, plan, format))) return;
  for (const [index, { finishReason }] of answer.choices.entries())
    await exchange.write(format.closing(index, finishReason));
  await exchange.write(format.tail());
  exchange.end();
}

/** The choices take turns, as they do at OpenAI. False when nothing may follow. */
async function sendContent(
  exchange: Exchange,
  { answer, timing, behaviour }: StreamPlan,
  format: ChunkFormat,
): Promise<boolean> {
  const longest = Math.max(...answer.choices.map(({ pieces }) => pieces.length));
  let sent = 0;
  for (let step = 0; step < longest; step += 1) {
    if (step > 0) await exchange.pause(timing.chunkDelayMs(step));
    for (const [index, { pieces }] of answer.choices.entries()) {
      const piece = pieces[step];
      if (piece === undefined) continue;
      if (!exchange.isOpen) return false;
      await exchange.write(format.content(index, piece));
      sent += 1;
      exchange.record.chunksSent = sent;
      exchange.record.completionTokens += 1;
      if (!(await faultAfter(sent, behaviour, exchange))) return false;
    }
  }
  return exchange.isOpen;
}
