import { Readable } from 'node:stream';
import {
  BedrockRuntimeClient,
  type ContentBlock,
  ConverseCommand,
  ConverseStreamCommand,
  type ConverseStreamOutput,
  type TokenUsage,
} from '@aws-sdk/client-bedrock-runtime';
import type { Answer } from '@tollgate/neutral';

/** What a reader of an answer sees, the same whoever read it. */
export interface SeenAnswer {
  text: string;
  reasoning: { text: string; signature: string }[];
  redacted: number;
  calls: { id: string; name: string; input: unknown }[];
  citations: unknown[];
  serverTools: string[];
  stopReason: string;
  usage: { input: number; output: number; cacheRead: number; cacheWrite: number };
}

/** AWS's own SDK, served the bytes of a recording. */
function clientServing(body: Buffer, contentType: string): BedrockRuntimeClient {
  return new BedrockRuntimeClient({
    region: 'us-east-1',
    credentials: { accessKeyId: 'a', secretAccessKey: 's' },
    requestHandler: {
      handle: () =>
        Promise.resolve({
          response: {
            statusCode: 200,
            headers: { 'content-type': contentType },
            body: Readable.from([body]),
          },
        }),
    },
  });
}

export async function sdkReadsAnswer(body: Buffer): Promise<SeenAnswer> {
  const client = clientServing(body, 'application/json');
  const answer = await client.send(new ConverseCommand({ modelId: 'm', messages: [] }));
  const seen = nothingSeen();
  for (const block of answer.output?.message?.content ?? []) seeBlock(seen, block);
  seen.stopReason = answer.stopReason ?? '';
  seeUsage(seen, answer.usage);
  return seen;
}

export async function sdkReadsStream(body: Buffer): Promise<SeenAnswer> {
  const client = clientServing(body, 'application/vnd.amazon.eventstream');
  const answer = await client.send(new ConverseStreamCommand({ modelId: 'm', messages: [] }));
  const seen = nothingSeen();
  const inputs = new Map<number, string>();
  for await (const event of answer.stream ?? []) seeEvent(seen, event, inputs);
  for (const [index, text] of [...inputs.values()].entries()) {
    const call = seen.calls[index];
    if (call) call.input = text === '' ? {} : JSON.parse(text);
  }
  return seen;
}

/** What stands in a neutral answer, in the same terms. */
export function seenIn({ choices, usage }: Answer): SeenAnswer {
  const seen = nothingSeen();
  for (const part of choices[0]?.parts ?? []) {
    if (part.type === 'text') {
      seen.text += part.text;
      seen.citations.push(...(part.citations ?? []).map(({ original }) => original?.json));
    } else if (part.type === 'reasoning') {
      if (part.isRedacted) seen.redacted++;
      else seen.reasoning.push({ text: part.text, signature: part.signature?.value ?? '' });
    } else if (part.type === 'tool-call') {
      const { id, name, argumentsText } = part;
      seen.calls.push({ id, name, input: JSON.parse(argumentsText) });
    } else if (part.type === 'foreign') seen.serverTools.push(part.name);
  }
  seen.stopReason = choices[0]?.finish.raw ?? '';
  if (usage) {
    const { inputTokens, cachedInputTokens: cacheRead, cacheWriteTokens: cacheWrite } = usage;
    const input = inputTokens - cacheRead - cacheWrite;
    seen.usage = { input, output: usage.outputTokens, cacheRead, cacheWrite };
  }
  return seen;
}

function nothingSeen(): SeenAnswer {
  return {
    text: '',
    reasoning: [],
    redacted: 0,
    calls: [],
    citations: [],
    serverTools: [],
    stopReason: '',
    usage: { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 },
  };
}

function seeBlock(seen: SeenAnswer, block: ContentBlock): void {
  if (block.text !== undefined) seen.text += block.text;
  if (block.toolUse) {
    const { type, toolUseId: id = '', name = '', input } = block.toolUse;
    if (type === 'server_tool_use') seen.serverTools.push(type);
    else seen.calls.push({ id, name, input });
  }
  if (block.toolResult) seen.serverTools.push(block.toolResult.type ?? '');
  if (block.reasoningContent?.reasoningText) {
    const { text = '', signature = '' } = block.reasoningContent.reasoningText;
    seen.reasoning.push({ text, signature });
  }
  if (block.reasoningContent?.redactedContent) seen.redacted++;
  for (const content of block.citationsContent?.content ?? []) seen.text += content.text ?? '';
  seen.citations.push(...(block.citationsContent?.citations ?? []));
}

function seeEvent(
  seen: SeenAnswer,
  event: ConverseStreamOutput,
  inputs: Map<number, string>,
): void {
  const { contentBlockStart, contentBlockDelta, messageStop, metadata } = event;
  const toolUse = contentBlockStart?.start?.toolUse;
  const toolResult = contentBlockStart?.start?.toolResult;
  if (toolResult) seen.serverTools.push(toolResult.type ?? '');
  if (toolUse?.type === 'server_tool_use') seen.serverTools.push(toolUse.type);
  else if (toolUse) {
    const { toolUseId: id = '', name = '' } = toolUse;
    seen.calls.push({ id, name, input: undefined });
    inputs.set(contentBlockStart?.contentBlockIndex ?? 0, '');
  }
  const delta = contentBlockDelta?.delta;
  const index = contentBlockDelta?.contentBlockIndex ?? 0;
  if (delta?.text !== undefined) seen.text += delta.text;
  if (delta?.citation) seen.citations.push(delta.citation);
  const known = inputs.get(index);
  if (delta?.toolUse && known !== undefined) inputs.set(index, known + (delta.toolUse.input ?? ''));
  if (delta?.reasoningContent) seeReasoning(seen, delta.reasoningContent);
  if (messageStop) seen.stopReason = messageStop.stopReason ?? '';
  if (metadata) seeUsage(seen, metadata.usage);
}

/** Thoughts come first and in one block in all that was recorded. */
function seeReasoning(
  seen: SeenAnswer,
  delta: { text?: string | undefined; signature?: string | undefined },
): void {
  const last = seen.reasoning.at(-1) ?? { text: '', signature: '' };
  if (seen.reasoning.length === 0) seen.reasoning.push(last);
  last.text += delta.text ?? '';
  last.signature += delta.signature ?? '';
}

function seeUsage(seen: SeenAnswer, usage: TokenUsage | undefined): void {
  seen.usage = {
    input: usage?.inputTokens ?? 0,
    output: usage?.outputTokens ?? 0,
    cacheRead: usage?.cacheReadInputTokens ?? 0,
    cacheWrite: usage?.cacheWriteInputTokens ?? 0,
  };
}
