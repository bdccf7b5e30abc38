import { isRecord } from '../../src/json/json-value.ts';
import type { Json } from './recorded-chats.ts';
import type { Seen, SeenChoice } from './seen-answer.ts';

/**
 * What of an answer must be equal, after the declared rules: a good end with calls ends with them; the output counts what
 * was reasoned; parts of the usage are no larger than its totals; arguments are compared as what they say.
 */
export function essence(seen: Seen): unknown {
  return {
    model: seen.model,
    usage: seen.usage && countedAlike(seen.usage),
    choices: seen.choices.map(choiceEssence),
  };
}

function choiceEssence(choice: SeenChoice): unknown {
  const { finish, calls, detailed, reasoning, ...rest } = choice;
  const hasCalls = calls.length > 0;
  const endsWell = finish === null || finish === 'stop' || finish === 'function_call';
  return {
    ...rest,
    details: null,
    reasoning: reasoning || detailed,
    finish: endsWell ? (hasCalls ? 'tool_calls' : 'stop') : finish,
    calls: calls.map(({ name, args, id }) => ({ name, id, args: parsed(args) })),
  };
}

function parsed(args: string): unknown {
  try {
    return JSON.parse(args);
  } catch {
    return args;
  }
}

function countedAlike(usage: Json): Json {
  const input = part(usage.prompt_tokens_details);
  const output = part(usage.completion_tokens_details);
  const [prompt, completion] = [Number(usage.prompt_tokens), Number(usage.completion_tokens)];
  const reasoning = Number(output.reasoning_tokens ?? 0);
  const isApart = reasoning > 0 && usage.total_tokens === prompt + completion + reasoning;
  const generated = isApart ? completion + reasoning : completion;
  const cached = Number(input.cached_tokens ?? usage.prompt_cache_hit_tokens ?? 0);
  return {
    prompt,
    completion: generated,
    cached: Math.min(cached, prompt),
    written: Number(input.cache_write_tokens ?? 0),
    reasoning: Math.min(reasoning, generated),
    audio: Number(output.audio_tokens ?? 0),
  };
}

function part(value: unknown): Json {
  return isRecord(value) ? value : {};
}
