import { EventStreamCodec } from '@smithy/eventstream-codec';
import { parseArguments, type Answer, type AnswerPart } from '@tollgate/neutral';

const REASONS = { stop: 'end_turn', tool_calls: 'tool_use', length: 'max_tokens' } as const;

/** Bedrock's unary answer (docs.aws.amazon.com/bedrock, Converse, 2026-11), for texts, reasoning and calls. */
export function converseWhole(answer: Answer): Buffer {
  const content = (answer.choices[0]?.parts ?? []).map(blockOf);
  return Buffer.from(
    JSON.stringify({
      output: { message: { role: 'assistant', content } },
      stopReason: reasonOf(answer),
      usage: usageOf(answer),
      metrics: { latencyMs: 1 },
    }),
  );
}

/** The same as frames of AWS's event stream. */
export function converseStream(answer: Answer): Buffer {
  const frames = [frame('messageStart', { role: 'assistant' })];
  for (const [contentBlockIndex, part] of (answer.choices[0]?.parts ?? []).entries()) {
    if (part.type === 'tool-call') {
      const start = { toolUse: { toolUseId: part.id, name: part.name } };
      frames.push(frame('contentBlockStart', { contentBlockIndex, start }));
    }
    for (const delta of deltasOf(part))
      frames.push(frame('contentBlockDelta', { contentBlockIndex, delta }));
    frames.push(frame('contentBlockStop', { contentBlockIndex }));
  }
  frames.push(frame('messageStop', { stopReason: reasonOf(answer) }));
  frames.push(frame('metadata', { usage: usageOf(answer), metrics: { latencyMs: 1 } }));
  return Buffer.concat(frames);
}

const codec = new EventStreamCodec(
  (bytes) => Buffer.from(bytes).toString(),
  (text) => Buffer.from(text),
);

function frame(name: string, body: unknown): Buffer {
  const header = (value: string) => ({ type: 'string' as const, value });
  return Buffer.from(
    codec.encode({
      headers: {
        ':event-type': header(name),
        ':content-type': header('application/json'),
        ':message-type': header('event'),
      },
      body: Buffer.from(JSON.stringify(body)),
    }),
  );
}

function blockOf(part: AnswerPart): unknown {
  switch (part.type) {
    case 'text':
      return { text: part.text };
    case 'reasoning':
      return {
        reasoningContent: { reasoningText: { text: part.text, signature: part.signature?.value } },
      };
    case 'tool-call': {
      const input = parseArguments(part.argumentsText);
      return { toolUse: { toolUseId: part.id, name: part.name, input } };
    }
    default:
      throw new Error(`no block for ${part.type}`);
  }
}

function deltasOf(part: AnswerPart): unknown[] {
  switch (part.type) {
    case 'text':
      return [...part.text].map((text) => ({ text }));
    case 'reasoning':
      return [
        { reasoningContent: { text: part.text } },
        { reasoningContent: { signature: part.signature?.value } },
      ];
    case 'tool-call':
      return [{ toolUse: { input: part.argumentsText } }];
    default:
      throw new Error(`no deltas for ${part.type}`);
  }
}

function reasonOf({ choices }: Answer): string {
  const reason = choices[0]?.finish.reason ?? 'stop';
  return reason === 'stop' || reason === 'tool_calls' || reason === 'length'
    ? REASONS[reason]
    : 'end_turn';
}

function usageOf({ usage }: Answer): unknown {
  const { inputTokens = 0, outputTokens = 0, cachedInputTokens = 0 } = usage ?? {};
  return {
    inputTokens: inputTokens - cachedInputTokens,
    outputTokens,
    totalTokens: inputTokens + outputTokens,
    cacheReadInputTokens: cachedInputTokens,
  };
}
