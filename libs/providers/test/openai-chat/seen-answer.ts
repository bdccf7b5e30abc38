import OpenAI from 'openai';
import { isRecord } from '../../src/json/json-value.ts';
import type { Json } from './recorded-chats.ts';

/** What a reader of an answer sees of one choice. */
export interface SeenChoice {
  text: string;
  refusal: string;
  reasoning: string;
  /** The same again, or the only place where it stands. */
  detailed: string;
  details: Json[];
  calls: { id: string; name: string; args: string }[];
  finish: string | null;
  audio: { id: string; data: string; transcript: string };
  images: number;
  citations: unknown[];
  logprobs: unknown[];
}

export interface Seen {
  readonly choices: SeenChoice[];
  usage: Json | null;
  model: string;
}

/** The `openai` SDK, served these bytes. */
export function clientServing(body: Buffer, type = 'application/json'): OpenAI {
  const answer = (): Promise<Response> =>
    Promise.resolve(new Response(new Uint8Array(body), { headers: { 'content-type': type } }));
  return new OpenAI({ apiKey: 'k', baseURL: 'https://host.example/v1', fetch: answer });
}

export async function sdkReadsAnswer(body: Buffer): Promise<Seen> {
  const client = clientServing(body);
  const answer = await client.chat.completions.create({ model: 'm', messages: [] });
  const seen: Seen = { choices: [], usage: null, model: answer.model };
  see(seen, toJson(answer), 'message');
  return seen;
}

export async function sdkReadsStream(body: Buffer): Promise<Seen> {
  const client = clientServing(body, 'text/event-stream');
  const stream = await client.chat.completions.create({ model: 'm', messages: [], stream: true });
  const seen: Seen = { choices: [], usage: null, model: '' };
  for await (const chunk of stream) see(seen, toJson(chunk), 'delta');
  return seen;
}

function toJson(value: unknown): Json {
  return isRecord(value) ? value : {};
}

function see(seen: Seen, answer: Json, field: 'message' | 'delta'): void {
  const groq = isRecord(answer.x_groq) ? answer.x_groq.usage : undefined;
  const usage = answer.usage ?? groq;
  if (isRecord(usage)) seen.usage = usage;
  seen.model ||= text(answer.model);
  for (const choice of list(answer.choices)) {
    const index = Number(choice.index ?? 0);
    const into = (seen.choices[index] ??= nothingSeen());
    if (isRecord(choice[field])) seeMessage(into, choice[field]);
    if (isRecord(choice.logprobs)) into.logprobs.push(...list(choice.logprobs.content));
    into.finish ??= typeof choice.finish_reason === 'string' ? choice.finish_reason : null;
  }
}

function seeMessage(into: SeenChoice, message: Json): void {
  seeContent(into, message.content);
  into.refusal += text(message.refusal);
  into.reasoning += text(message.reasoning_content) || text(message.reasoning);
  into.detailed += list(message.reasoning_details)
    .map((detail) => text(detail.text) + text(detail.summary))
    .join('');
  into.details.push(...list(message.reasoning_details));
  into.citations.push(...list(message.annotations));
  into.images += list(message.images).length;
  if (isRecord(message.audio)) {
    into.audio.id ||= text(message.audio.id);
    into.audio.data += text(message.audio.data);
    into.audio.transcript += text(message.audio.transcript);
  }
  for (const [at, call] of list(message.tool_calls).entries()) seeCall(into, call, at);
  if (isRecord(message.function_call))
    seeCall(into, { id: '', function: message.function_call }, 0);
}

/** Text, or Mistral's chunks as its own SDK gives them. */
function seeContent(into: SeenChoice, content: unknown): void {
  if (!Array.isArray(content)) {
    into.text += text(content);
    return;
  }
  for (const chunk of list(content)) {
    into.text += text(chunk.text);
    for (const thought of list(chunk.thinking)) into.reasoning += text(thought.text);
  }
}

/** A new id is a new call, also where a server numbers all of them 0. */
function seeCall(into: SeenChoice, call: Json, at: number): void {
  const index = Number(call.index ?? at);
  const id = text(call.id);
  const named = isRecord(call.function) ? call.function : {};
  const known = into.calls[index];
  if (known && (id === '' || id === known.id)) {
    known.args += text(named.arguments);
    return;
  }
  const next = known ? into.calls.length : index;
  into.calls[next] = { id, name: text(named.name), args: text(named.arguments) };
}

function nothingSeen(): SeenChoice {
  return {
    ...{ text: '', refusal: '', reasoning: '', detailed: '', details: [], calls: [], finish: null },
    ...{ audio: { id: '', data: '', transcript: '' }, images: 0, citations: [], logprobs: [] },
  };
}

function list(value: unknown): Json[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
