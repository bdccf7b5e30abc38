import { isRecord } from '../../src/json/json-value.ts';
import type { Json } from './recorded-chats.ts';

type Growing = Record<string, unknown>;

/** What the whole answer to the same request would have been, put together from the chunks as clients do. */
export function asWhole(text: string): Buffer {
  const chunks = text
    .split(/\r?\n/)
    .filter((line) => line.startsWith('data:') && !line.includes('[DONE]'))
    .map((line): unknown => JSON.parse(line.slice(5)))
    .filter(isRecord);
  const head = chunks.find(({ choices }) => list(choices).length > 0) ?? {};
  const choices: Growing[] = [];
  let usage: unknown;
  for (const chunk of chunks) {
    const groq = isRecord(chunk.x_groq) ? chunk.x_groq.usage : undefined;
    usage = chunk.usage ?? groq ?? usage;
    for (const { index, delta, finish_reason: finish } of list(chunk.choices)) {
      const choice = (choices[Number(index)] ??= { index, message: {}, finish_reason: null });
      choice.finish_reason ??= finish;
      choice.message = merged(recordOf(choice.message), recordOf(delta));
    }
  }
  return Buffer.from(JSON.stringify({ ...head, usage, choices }));
}

function merged(known: Json, delta: Json): Json {
  const message: Growing = { ...known };
  for (const [key, value] of Object.entries(delta)) {
    if (value === null || value === undefined) continue;
    message[key] =
      key === 'tool_calls'
        ? mergedCalls(list(known[key]), list(value))
        : mergedValue(known[key], value, key);
  }
  return message;
}

function mergedValue(known: unknown, value: unknown, key: string): unknown {
  if (typeof known === 'string' && typeof value === 'string')
    return key === 'role' ? value : known + value;
  if (Array.isArray(known) || (typeof known === 'string' && Array.isArray(value)))
    return [...chunksOf(known), ...chunksOf(value)];
  return value;
}

function chunksOf(content: unknown): readonly unknown[] {
  if (Array.isArray(content)) return content;
  return content === '' ? [] : [{ type: 'text', text: content }];
}

function mergedCalls(known: readonly Json[], more: readonly Json[]): Json[] {
  const calls: Json[] = [...known];
  for (const [at, call] of more.entries()) {
    const place = calls.findLastIndex(
      (each, index) =>
        (each.index ?? index) === (call.index ?? at) && (!call.id || each.id === call.id),
    );
    const same = calls[place];
    if (!same) calls.push(call);
    else
      calls[place] = { ...same, function: grown(recordOf(same.function), recordOf(call.function)) };
  }
  return calls.map((call, index) => ({ ...call, index }));
}

function grown(named: Json, more: Json): Json {
  return { ...named, arguments: `${String(named.arguments ?? '')}${String(more.arguments ?? '')}` };
}

function recordOf(value: unknown): Json {
  return isRecord(value) ? value : {};
}

function list(value: unknown): Json[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}
