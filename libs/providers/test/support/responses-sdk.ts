import OpenAI from 'openai';
import { Stream } from 'openai/streaming';
import type { Response as SdkResponse } from 'openai/resources/responses/responses';

/** What an application sees of a response. */
export interface SeenResponse {
  readonly text: string;
  readonly refusals: readonly string[];
  readonly calls: readonly unknown[];
  /** Id, summaries, thoughts and what is encrypted. */
  readonly reasoning: readonly (readonly unknown[])[];
  readonly annotations: readonly unknown[];
  readonly logprobs: readonly unknown[];
  readonly serverItems: readonly unknown[];
  readonly status: unknown;
  readonly incomplete: unknown;
  readonly usage: readonly unknown[];
  readonly model: unknown;
}

function client(bytes: Uint8Array, contentType: string): OpenAI {
  const answer = async (): Promise<Response> =>
    new Response(Buffer.from(bytes), { headers: { 'content-type': contentType } });
  return new OpenAI({ apiKey: 'key', baseURL: 'http://sdk.test/v1', maxRetries: 0, fetch: answer });
}

/** The official SDK's reading of a whole body. */
export async function readWithSdk(body: Uint8Array): Promise<SdkResponse> {
  return client(body, 'application/json').responses.create({ model: 'm', input: 'x' });
}

/** What the official SDK's `responses.stream()` makes of a stream. */
export async function streamWithSdk(bytes: Uint8Array): Promise<SdkResponse> {
  return client(bytes, 'text/event-stream')
    .responses.stream({ model: 'm', input: 'x' })
    .finalResponse();
}

/** All events, as `responses.create({ stream: true })` gives them. */
export async function eventsWithSdk(bytes: Uint8Array): Promise<unknown[]> {
  const answer = new Response(Buffer.from(bytes));
  const events: unknown[] = [];
  for await (const event of Stream.fromSSEResponse(answer, new AbortController()))
    events.push(event);
  return events;
}

export function seen(response: SdkResponse): SeenResponse {
  const items = response.output;
  const content = items.flatMap((item) => (item.type === 'message' ? item.content : []));
  const texts = content.flatMap((part) => (part.type === 'output_text' ? [part] : []));
  return {
    text: response.output_text,
    refusals: content.flatMap((part) => (part.type === 'refusal' ? [part.refusal] : [])),
    calls: items.flatMap((item) => {
      if (item.type === 'custom_tool_call') return [[item.call_id, item.name, item.input]];
      if (item.type !== 'function_call') return [];
      return [[item.call_id, item.name, JSON.parse(item.arguments || '{}')]];
    }),
    reasoning: items.flatMap((item) => {
      if (item.type !== 'reasoning') return [];
      const summary = item.summary.map(({ text }) => text);
      const thoughts = (item.content ?? []).map(({ text }) => text);
      return [[item.id, summary, thoughts, item.encrypted_content ?? '']];
    }),
    annotations: texts.flatMap((part) => part.annotations ?? []),
    logprobs: texts.flatMap((part) => part.logprobs ?? []),
    serverItems: items.filter((item) => !KNOWN.has(item.type)),
    status: response.status,
    incomplete: response.incomplete_details?.reason ?? null,
    usage: usageOf(response),
    model: response.model,
  };
}

/** Ids of items and of calls that stand more than once. */
export function repeatedIds(response: SdkResponse): string[] {
  const ids = response.output.map((item) => ('id' in item ? String(item.id) : ''));
  const calls = response.output.flatMap((item) =>
    item.type === 'function_call' ? [item.call_id] : [],
  );
  return [...ids, ...calls].filter((id, i, all) => id === '' || all.indexOf(id) !== i);
}

const KNOWN = new Set(['message', 'reasoning', 'function_call', 'custom_tool_call']);

function usageOf({ usage }: SdkResponse): readonly unknown[] {
  if (!usage) return [];
  const { input_tokens_details: input, output_tokens_details: output } = usage;
  return [
    usage.input_tokens,
    input?.cached_tokens ?? 0,
    usage.output_tokens,
    output?.reasoning_tokens ?? 0,
    usage.total_tokens,
  ];
}
